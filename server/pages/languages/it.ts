import type { Texts } from "./texts.ts";

/** Italian. */
export const it: Texts = {
  common: {
    tryAgain: "Riprova",
    signIn: "Accedi",
    signOut: "Esci",
    otherAccount: "Usa un altro account",
    continueWith: "Continua con {provider}",
    startPage: "Vai alla pagina iniziale",
    openApp: "Vai a {app}",
    yourSignIn: "Mostra il tuo accesso",
    askForHelp: "Chiedi aiuto",
    nextSteps: "Passi successivi",
    code: "Se chiedi aiuto, indica questo codice: {code}",
  },
  choose: {
    title: "Accedi",
    toOpen: "Accedi per aprire {app}.",
    text: "Scegli l’account che vuoi usare.",
    lastUsed: "Usato l’ultima volta",
    unknown: "Qui non c’è nessun modo di accedere chiamato «{provider}».",
  },
  stepUp: {
    title: "Conferma il tuo accesso",
    text: "{app} richiede un accesso più recente o più sicuro di quello attuale.",
  },
  signIn: {
    text: "Devi accedere per vedere questa pagina.",
    signInWith: "Accedi con {provider}",
  },
  own: {
    title: "Hai effettuato l’accesso",
    account: "Account",
    name: "Nome",
    provider: "Accesso effettuato con",
    since: "Inizio",
    until: "Scade al più tardi",
    signOutEverywhere: "Esci ovunque",
    unknownTarget:
      "La pagina che volevi aprire non è più nota. Aprila di nuovo dal suo link o dai tuoi preferiti.",
  },
  denied: {
    title: "Questo account non può accedere",
    account:
      "Hai effettuato l’accesso come {account}, ma questo account non è autorizzato ad aprire {app}.",
    groupsNotNow:
      "In questo momento non è stato possibile verificare i tuoi gruppi, quindi nessuno è stato considerato. Accedi di nuovo tra qualche minuto.",
    groupsNever:
      "Non è stato possibile verificare i tuoi gruppi, quindi nessuno è stato considerato. Chi gestisce questo sito trova il motivo nel log.",
    nextStep:
      "Se hai un altro account, usa quello. Se dovresti avere accesso, chiedi a chi gestisce questo sito di aggiungerti.",
    operator:
      "Per chi gestisce questo sito: la riga di log «denied» con il requestId {code} indica in {fields} quali claim mancano o non contano.",
  },
  closed: {
    title: "Questa pagina è chiusa",
    text: "Non è possibile aprire {app} da qui, qualunque account usi.",
    nextStep: "Se pensi che sia un errore, chiedi a chi gestisce questo sito.",
  },
  notSetUp: {
    title: "Questo sito non è configurato",
    host: "Il servizio di accesso non conosce {host}, quindi non può far entrare nessuno.",
    hostStep: "Chi gestisce questo sito deve aggiungere quel nome alla configurazione.",
    port: "Il servizio di accesso non conosce {host}, quindi non potrebbe riportarti qui.",
    portStep: "Chi gestisce questo sito deve aggiungere quell’indirizzo alla configurazione.",
    own: "Questo è l’indirizzo da cui si accede, ma richiede di aver già effettuato l’accesso, quindi nessuno potrebbe mai entrare.",
    ownStep: "Chi gestisce questo sito deve correggere la configurazione.",
    request:
      "Il servizio di accesso non ha capito la domanda che il server di questo sito ha fatto sulla tua richiesta, quindi non ha potuto farti entrare.",
    proxy:
      "Il servizio di accesso non conosce il server che ha chiesto della tua richiesta, quindi non ha potuto farti entrare.",
    requestStep: "Chi gestisce questo sito trova il motivo nel log, con il codice qui sotto.",
  },
  plainHttp: {
    title: "Questa pagina richiede https",
    text: "Hai aperto questa pagina tramite http, ma l’accesso funziona solo tramite https.",
    open: "Apri la pagina tramite https",
  },
  startAgain: {
    title: "Accedi di nuovo",
    text: "Questo accesso ha richiesto troppo tempo, oppure è iniziato in un’altra finestra o in un altro browser. Non hai perso nulla: basta ricominciare.",
  },
  notNow: {
    title: "Al momento non è possibile accedere",
    text: "Il servizio che verifica il tuo account non risponde come dovrebbe. Non è colpa tua; riprova tra qualche minuto.",
    others: "Oppure accedi in un altro modo.",
  },
  malformedLink: {
    title: "Questo link non funziona",
    text: "L’indirizzo che ti ha portato qui non è completo. Ricomincia da capo.",
  },
  used: {
    title: "Questo accesso è già stato usato",
    text: "La pagina è stata aperta una seconda volta. Se hai già effettuato l’accesso, continua pure; altrimenti ricomincia.",
  },
  cancelled: {
    title: "Non hai effettuato l’accesso",
    text: "L’accesso è stato annullato, oppure il fornitore dell’account l’ha rifiutato. Puoi riprovare o usare un altro account.",
  },
  rejected: {
    title: "L’accesso non è riuscito",
    text: "La risposta del fornitore dell’account non era affidabile, quindi l’accesso non è stato effettuato. Riprova.",
  },
  stepUpFailed: {
    title: "Serve un accesso più sicuro",
    text: "Questa pagina richiede un accesso nuovo o più sicuro, e il fornitore dell’account non l’ha dato. Se riprovare non serve, chiedi a chi gestisce questo sito.",
  },
  clientRejected: {
    title: "Questo sito non è configurato bene",
    text: "Il fornitore dell’account non accetta le impostazioni di questo sito. Non è colpa tua: avvisa chi gestisce questo sito, perché nessun altro può cambiarle.",
  },
  storeDown: {
    title: "Riprova tra un momento",
    text: "Il sistema che conserva gli accessi non risponde. La tua sessione non è stata chiusa; riprova tra un momento.",
  },
  broken: {
    title: "Qualcosa è andato storto",
    text: "L’errore è nostro, non tuo. Riprova tra un momento.",
  },
  loop: {
    title: "L’accesso non va avanti",
    text: "In un minuto questa pagina si è aperta tre volte per farti accedere.",
    target:
      "Ti viene chiesto di accedere per un indirizzo che il servizio di accesso non conosce. Dipende da come è configurato il sito, e chi lo gestisce trova il motivo nel log.",
    twoSessions:
      "Il tuo browser invia due accessi per questo sito, quindi nessuno dei due è valido. Esci per chiuderli entrambi, poi accedi di nuovo. Se vedi ancora questa pagina, elimina i cookie di questo sito.",
    notPermitted:
      "Hai effettuato l’accesso, ma questa pagina richiede un altro account, o un accesso più sicuro di quello che dà il fornitore dell’account.",
    sessionNotSeen:
      "Qui hai effettuato l’accesso, ma la pagina che vuoi aprire non lo vede. Dipende da come è configurato il sito, e chi lo gestisce trova il motivo nel log.",
    unknownSession:
      "Hai effettuato l’accesso, ma il sito non lo riconosce più. Dipende da come è configurato il sito, e chi lo gestisce trova il motivo nel log.",
    noCookie:
      "Il tuo browser non ha restituito il cookie che mantiene il tuo accesso. Consenti i cookie per questo sito e aprilo tramite https. Una finestra privata o un’estensione può bloccarli.",
  },
  notFound: {
    title: "Qui non c’è nulla",
    text: "Questo indirizzo appartiene al servizio di accesso. Se volevi andare a una pagina, aprila di nuovo.",
  },
  signedOut: {
    title: "Disconnessione effettuata",
    allBrowsers:
      "Anche le altre tue sessioni su questo sito sono chiuse, in tutti i browser e su tutti i dispositivi.",
    here: "La tua sessione su questo sito è chiusa. Il fornitore dell’account potrebbe ancora riconoscerti: su un computer che non è tuo, esci anche da lì o chiudi tutte le finestre del browser.",
    everywhere:
      "La tua sessione su questo sito è chiusa, e anche quella del tuo account presso il fornitore.",
    signInAgain: "Accedi di nuovo",
  },
  confirmSignOut: {
    title: "Uscire?",
    text: "Un link su un altro sito ti ha portato qui. Vuoi uscire?",
    stay: "Non uscire",
  },
  tooManyRequests: {
    title: "Attendi un minuto",
    text: "Dalla tua rete arrivano più richieste di accesso di quante ne consenta questo sito. Attendi un minuto, poi apri di nuovo la pagina.",
    nextStep: "Se succede spesso, chiedi a chi gestisce questo sito.",
  },
  framed: {
    title: "Apri in una nuova finestra",
    text: "{app} si trova all’interno di un altro sito. Lì non è possibile accedere, perché l’accesso non deve essere nascosto in un riquadro.",
    open: "Apri {app} in una nuova finestra",
  },
};
