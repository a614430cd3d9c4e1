/** The style of every page, after the colours. `style.css` in `pages.dir` replaces it. */
export const style = `*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;align-content:center;justify-items:center;gap:1.25rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
header,main,footer{width:100%;max-width:27rem}
header{display:flex;align-items:center;justify-content:center;gap:.75rem;font-weight:600;overflow-wrap:anywhere}
header img{max-height:3rem;max-width:10rem}
main{padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 .75rem;font-size:1.35rem;line-height:1.3;overflow-wrap:anywhere}
p,dd{margin:.75rem 0;overflow-wrap:anywhere}
dl{margin:.75rem 0}
dl div{display:grid;grid-template-columns:8.5rem 1fr;gap:.75rem;padding:.4rem 0;border-top:1px solid var(--line)}
dt{color:var(--soft)}
dd{margin:0}
main>:last-child{margin-bottom:0}
nav{display:grid;gap:.6rem;margin-top:1.5rem}
.button{display:flex;align-items:center;justify-content:center;gap:.6rem;min-height:2.75rem;padding:.55rem 1rem;border:1px solid var(--accent);border-radius:.5rem;color:var(--accent);font-weight:600;text-align:center;text-decoration:none;overflow-wrap:anywhere}
.button.first{background:var(--accent);color:var(--on-accent)}
.button small{display:block;font-weight:400}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.note,footer{color:var(--soft);font-size:.85rem}
.note{margin:1.5rem 0 0}
footer{text-align:center}
footer a{color:inherit}
footer p{margin:.25rem 0}
@media (max-width:30rem){body{padding:.75rem}main{padding:1.25rem}dl div{grid-template-columns:1fr;gap:0}}
@media (forced-colors:active){.button{border-color:LinkText}.button.first{border-width:3px}}`;
