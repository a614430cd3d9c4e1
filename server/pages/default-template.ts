/** The template of every page, in Mustache's language. `page.html` in `pages.dir` replaces it. */
export const defaultTemplate = `<!doctype html>
<html lang="{{lang}}" dir="{{dir}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{title}}{{#brand}} · {{brand}}{{/brand}}</title>
<style>{{> style}}</style>
</head>
<body>
{{#hasHeader}}
<header>{{#logo}}<img src="{{logo}}" alt="">{{/logo}}{{#brand}}<span><bdi>{{brand}}</bdi></span>{{/brand}}</header>
{{/hasHeader}}
<main>
<h1>{{title}}</h1>
{{#paragraphs}}
<p>{{#parts}}{{text}}{{#value}}<bdi>{{value}}</bdi>{{/value}}{{/parts}}</p>
{{/paragraphs}}
{{#hasFacts}}
<dl>
{{#facts}}
<div><dt>{{name}}</dt><dd><bdi>{{value}}</bdi></dd></div>
{{/facts}}
</dl>
{{/hasFacts}}
{{#hasActions}}
<nav aria-label="{{texts.common.nextSteps}}">
{{#actions}}
<a class="button{{#isFirst}} first{{/isFirst}}" href="{{href}}"{{#isNewWindow}} target="_blank" rel="noopener"{{/isNewWindow}}>{{#mark}}<img src="{{mark}}" alt="" width="22" height="22">{{/mark}}{{^hint}}{{label}}{{/hint}}{{#hint}}<span>{{label}}<small>{{hint}}</small></span>{{/hint}}</a>
{{/actions}}
</nav>
{{/hasActions}}
{{#notes}}
<p class="note">{{#parts}}{{text}}{{value}}{{/parts}}</p>
{{/notes}}
</main>
{{#hasFooter}}
<footer>{{#support}}<p><a href="{{href}}">{{label}}</a></p>{{/support}}{{#footer}}<p><bdi>{{footer}}</bdi></p>{{/footer}}</footer>
{{/hasFooter}}
</body>
</html>
`;
