import type { Texts } from "./texts.ts";

/** Dutch. */
export const nl: Texts = {
  common: {
    tryAgain: "Opnieuw proberen",
    signIn: "Inloggen",
    signOut: "Uitloggen",
    otherAccount: "Ander account gebruiken",
    continueWith: "Doorgaan met {provider}",
    startPage: "Naar de startpagina",
    openApp: "Naar {app}",
    yourSignIn: "Bekijk hoe je bent ingelogd",
    askForHelp: "Hulp vragen",
    nextSteps: "Wat je nu kunt doen",
    code: "Geef deze code door als je om hulp vraagt: {code}",
  },
  choose: {
    title: "Inloggen",
    toOpen: "Log in om {app} te openen.",
    text: "Kies het account dat je wilt gebruiken.",
    lastUsed: "Vorige keer gebruikt",
    unknown: "Er is hier geen inlogmethode met de naam ‘{provider}’.",
  },
  stepUp: {
    title: "Bevestig dat jij het bent",
    text: "Voor {app} moet je opnieuw of met een extra controle inloggen.",
  },
  signIn: {
    text: "Je moet inloggen om deze pagina te bekijken.",
    signInWith: "Inloggen met {provider}",
  },
  own: {
    title: "Je bent ingelogd",
    account: "Account",
    name: "Naam",
    provider: "Ingelogd met",
    since: "Sinds",
    until: "Uiterlijk tot",
    signOutEverywhere: "Overal uitloggen",
    unknownTarget:
      "De pagina die je wilde openen, is niet meer bekend. Open de pagina opnieuw via de link of je bladwijzers.",
  },
  denied: {
    title: "Dit account heeft geen toegang",
    account: "Je bent ingelogd als {account}, en met dat account kun je {app} niet openen.",
    groupsNotNow:
      "Je groepen konden op dit moment niet worden opgezocht en tellen daarom niet mee. Log over een paar minuten opnieuw in.",
    groupsNever:
      "Je groepen konden niet worden opgezocht en tellen daarom niet mee. De beheerders van deze site vinden de oorzaak in het logboek.",
    nextStep:
      "Heb je een ander account, gebruik dat dan. Als je wel toegang hoort te hebben, vraag de beheerders van deze site dan om je toe te voegen.",
    operator:
      "Voor de beheerders van deze site: de logregel ‘denied’ met de requestId {code} vermeldt in {fields} welke claims ontbreken of niet meetellen.",
  },
  closed: {
    title: "Deze pagina is gesloten",
    text: "{app} kan vanaf hier niet worden geopend, welk account je ook gebruikt.",
    nextStep: "Denk je dat dit niet klopt, vraag het dan aan de beheerders van deze site.",
  },
  notSetUp: {
    title: "Deze site is niet ingesteld",
    host: "De inlogdienst kent {host} niet en kan daarom niemand binnenlaten.",
    hostStep:
      "De beheerders van deze site moeten die naam toevoegen aan de configuratie van de dienst.",
    port: "De inlogdienst kent {host} niet en kon je daarom hier niet terugbrengen.",
    portStep:
      "De beheerders van deze site moeten dat adres toevoegen aan de configuratie van de dienst.",
    own: "Dit is het adres waar je inlogt, maar het vraagt je om eerst in te loggen. Zo kan niemand ooit binnenkomen.",
    ownStep: "De beheerders van deze site moeten de configuratie aanpassen.",
    request:
      "De inlogdienst begreep de vraag niet die de server van deze site over je verzoek stelde, en kon je daarom niet binnenlaten.",
    proxy:
      "De inlogdienst kent de server niet die een vraag over je verzoek stelde, en kon je daarom niet binnenlaten.",
    requestStep:
      "De beheerders van deze site vinden de oorzaak in het logboek, bij de code hieronder.",
  },
  plainHttp: {
    title: "Deze pagina heeft https nodig",
    text: "Je bent hier via http gekomen, en inloggen werkt alleen via https.",
    open: "Open de pagina via https",
  },
  startAgain: {
    title: "Log opnieuw in",
    text: "Het inloggen duurde te lang, of je bent in een ander venster of een andere browser begonnen. Er is niets verloren: begin gewoon opnieuw.",
  },
  notNow: {
    title: "Inloggen lukt nu niet",
    text: "De dienst die je account controleert, reageert niet zoals het hoort. Dit ligt niet aan jou; probeer het over een paar minuten opnieuw.",
    others: "Of log op een andere manier in.",
  },
  malformedLink: {
    title: "Deze link werkt niet",
    text: "Het adres waarmee je hier kwam, is niet volledig. Begin opnieuw.",
  },
  used: {
    title: "Deze inlogpoging is al gebruikt",
    text: "De pagina is een tweede keer geopend. Als je al bent ingelogd, kun je gewoon verdergaan; zo niet, begin dan opnieuw.",
  },
  cancelled: {
    title: "Je bent niet ingelogd",
    text: "Het inloggen is geannuleerd, of de accountdienst heeft het geweigerd. Je kunt het opnieuw proberen of een ander account gebruiken.",
  },
  rejected: {
    title: "Het inloggen is niet gelukt",
    text: "Het antwoord van de accountdienst was niet te vertrouwen, dus je bent niet ingelogd. Probeer het opnieuw.",
  },
  stepUpFailed: {
    title: "Extra controle nodig",
    text: "Voor deze pagina moet je opnieuw of met een extra controle inloggen, en dat heeft de accountdienst niet gedaan. Helpt opnieuw proberen niet, vraag het dan aan de beheerders van deze site.",
  },
  clientRejected: {
    title: "Deze site is niet goed ingesteld",
    text: "De accountdienst accepteert de instellingen van deze site niet. Dit ligt niet aan jou: laat het de beheerders van deze site weten, want alleen zij kunnen dit aanpassen.",
  },
  storeDown: {
    title: "Probeer het zo meteen opnieuw",
    text: "De opslag waarin wordt bijgehouden wie er is ingelogd, reageert niet. Je bent niet uitgelogd; probeer het zo meteen opnieuw.",
  },
  broken: {
    title: "Er ging iets mis",
    text: "Dit is een fout van ons, niet van jou. Probeer het zo meteen opnieuw.",
  },
  loop: {
    title: "Inloggen brengt je niet verder",
    text: "Je bent binnen een minuut drie keer hierheen gestuurd om in te loggen.",
    target:
      "Je moet inloggen voor een adres dat de inlogdienst niet kent. Dit komt door de manier waarop de site is ingesteld; de beheerders vinden de oorzaak in het logboek.",
    twoSessions:
      "Je browser stuurt voor deze site twee inlogsessies mee, en daarom telt geen van beide. Log uit om beide te beëindigen en log daarna opnieuw in. Zie je deze pagina dan nog eens, verwijder dan de cookies van deze site.",
    notPermitted:
      "Je bent ingelogd, maar deze pagina vraagt om een ander account, of om een strengere controle dan de accountdienst uitvoert.",
    sessionNotSeen:
      "Je bent hier ingelogd, maar de pagina die je wilt openen, ziet dat niet. Dit komt door de manier waarop de site is ingesteld; de beheerders vinden de oorzaak in het logboek.",
    unknownSession:
      "Je hebt ingelogd, maar de site weet dat niet meer. Dit komt door de manier waarop de site is ingesteld; de beheerders vinden de oorzaak in het logboek.",
    noCookie:
      "Je browser heeft de cookie die je ingelogd houdt, niet teruggestuurd. Sta cookies toe voor deze site en open de site via https. Een privévenster of een extensie kan cookies blokkeren.",
  },
  notFound: {
    title: "Hier is niets te vinden",
    text: "Dit adres hoort bij de inlogdienst. Was je op weg naar een pagina, open die pagina dan opnieuw.",
  },
  signedOut: {
    title: "Je bent uitgelogd",
    allBrowsers:
      "Je bent ook overal elders bij deze site uitgelogd, in elke browser en op elk apparaat.",
    here: "Je bent uitgelogd bij deze site. De accountdienst zelf kent je misschien nog: log op een computer die niet van jou is daar ook uit, of sluit alle vensters van de browser.",
    everywhere: "Je bent uitgelogd bij deze site, en ook van je account bij de accountdienst.",
    signInAgain: "Opnieuw inloggen",
  },
  confirmSignOut: {
    title: "Uitloggen?",
    text: "Je bent hier gekomen via een link op een andere site. Wil je uitloggen?",
    stay: "Ingelogd blijven",
  },
  tooManyRequests: {
    title: "Wacht een minuut",
    text: "Vanaf jouw netwerk wordt vaker om inloggen gevraagd dan deze site toestaat. Wacht een minuut en open de pagina dan opnieuw.",
    nextStep: "Zie je dit vaak, vraag het dan aan de beheerders van deze site.",
  },
  framed: {
    title: "Open in een nieuw venster",
    text: "{app} wordt binnen een andere site getoond. Daar werkt inloggen niet, omdat het niet in een frame verborgen mag zijn.",
    open: "Open {app} in een nieuw venster",
  },
};
