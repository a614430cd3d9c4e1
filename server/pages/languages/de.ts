import type { Texts } from "./texts.ts";

/** German. */
export const de: Texts = {
  common: {
    tryAgain: "Noch einmal versuchen",
    signIn: "Anmelden",
    signOut: "Abmelden",
    otherAccount: "Anderes Konto verwenden",
    continueWith: "Weiter mit {provider}",
    startPage: "Zur Startseite",
    openApp: "Weiter zu {app}",
    yourSignIn: "Ihre Anmeldung anzeigen",
    askForHelp: "Hilfe anfordern",
    nextSteps: "Nächste Schritte",
    code: "Wenn Sie um Hilfe bitten, geben Sie diesen Code an: {code}",
  },
  choose: {
    title: "Anmelden",
    toOpen: "Melden Sie sich an, um {app} zu öffnen.",
    text: "Wählen Sie das Konto, das Sie verwenden möchten.",
    lastUsed: "Zuletzt verwendet",
    unknown: "Eine Anmeldung namens „{provider}“ gibt es hier nicht.",
  },
  stepUp: {
    title: "Bitte bestätigen Sie Ihre Anmeldung",
    text: "{app} verlangt eine neuere oder stärkere Anmeldung als Ihre jetzige.",
  },
  signIn: {
    text: "Sie müssen sich anmelden, um diese Seite zu sehen.",
    signInWith: "Mit {provider} anmelden",
  },
  own: {
    title: "Sie sind angemeldet",
    account: "Konto",
    name: "Name",
    provider: "Angemeldet mit",
    since: "Seit",
    until: "Spätestens bis",
    signOutEverywhere: "Überall abmelden",
    unknownTarget:
      "Die Seite, die Sie öffnen wollten, ist nicht mehr bekannt. Öffnen Sie sie noch einmal über den Link oder Ihre Lesezeichen.",
  },
  denied: {
    title: "Dieses Konto hat keinen Zugriff",
    account: "Sie haben sich als {account} angemeldet, und dieses Konto darf {app} nicht öffnen.",
    groupsNotNow:
      "Ihre Gruppen konnten gerade nicht abgefragt werden, deshalb zählte keine davon. Bitte melden Sie sich in einigen Minuten noch einmal an.",
    groupsNever:
      "Ihre Gruppen konnten nicht abgefragt werden, deshalb zählte keine davon. Die Betreiber dieser Website finden den Grund im Protokoll.",
    nextStep:
      "Wenn Sie ein anderes Konto haben, verwenden Sie dieses. Wenn Sie Zugriff haben sollten, bitten Sie die Betreiber dieser Website, Sie hinzuzufügen.",
    operator:
      "Für die Betreiber dieser Website: Der Protokolleintrag „denied“ mit der requestId {code} nennt in {fields} die Claims, die fehlen oder nicht zählen.",
  },
  closed: {
    title: "Diese Seite ist gesperrt",
    text: "{app} kann von hier aus nicht geöffnet werden, egal mit welchem Konto.",
    nextStep: "Wenn Sie das für einen Fehler halten, fragen Sie die Betreiber dieser Website.",
  },
  notSetUp: {
    title: "Diese Website ist nicht eingerichtet",
    host: "Der Anmeldedienst kennt {host} nicht und kann deshalb niemanden einlassen.",
    hostStep: "Die Betreiber dieser Website müssen diesen Namen in der Konfiguration ergänzen.",
    port: "Der Anmeldedienst kennt {host} nicht und könnte Sie deshalb nicht hierher zurückbringen.",
    portStep: "Die Betreiber dieser Website müssen diese Adresse in der Konfiguration ergänzen.",
    own: "Unter dieser Adresse meldet man sich an, aber sie verlangt schon vorher eine Anmeldung. So käme nie jemand hinein.",
    ownStep: "Die Betreiber dieser Website müssen die Konfiguration korrigieren.",
    request:
      "Der Anmeldedienst hat nicht verstanden, was der Server dieser Website zu Ihrer Anfrage wissen wollte, und konnte Sie deshalb nicht einlassen.",
    proxy:
      "Der Anmeldedienst kennt den Server nicht, der wegen Ihrer Anfrage nachgefragt hat, und konnte Sie deshalb nicht einlassen.",
    requestStep:
      "Die Betreiber dieser Website finden den Grund im Protokoll, unter dem Code unten.",
  },
  plainHttp: {
    title: "Diese Seite braucht https",
    text: "Sie sind über http hierher gekommen, aber die Anmeldung funktioniert nur über https.",
    open: "Seite über https öffnen",
  },
  startAgain: {
    title: "Bitte melden Sie sich noch einmal an",
    text: "Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Fenster oder Browser begonnen. Es ist nichts verloren: Beginnen Sie einfach von vorn.",
  },
  notNow: {
    title: "Die Anmeldung ist gerade nicht möglich",
    text: "Der Dienst, der Ihr Konto prüft, antwortet nicht so, wie er sollte. Das liegt nicht an Ihnen; bitte versuchen Sie es in einigen Minuten noch einmal.",
    others: "Oder melden Sie sich auf einem anderen Weg an.",
  },
  malformedLink: {
    title: "Dieser Link funktioniert nicht",
    text: "Die Adresse, über die Sie hierher gekommen sind, ist nicht vollständig. Bitte beginnen Sie von vorn.",
  },
  used: {
    title: "Diese Anmeldung wurde schon verwendet",
    text: "Die Seite wurde ein zweites Mal geöffnet. Wenn Sie bereits angemeldet sind, machen Sie einfach weiter; wenn nicht, beginnen Sie von vorn.",
  },
  cancelled: {
    title: "Sie sind nicht angemeldet",
    text: "Die Anmeldung wurde abgebrochen oder vom Kontoanbieter abgelehnt. Sie können es noch einmal versuchen oder ein anderes Konto verwenden.",
  },
  rejected: {
    title: "Die Anmeldung hat nicht geklappt",
    text: "Der Antwort des Kontoanbieters war nicht zu trauen, deshalb wurden Sie nicht angemeldet. Bitte versuchen Sie es noch einmal.",
  },
  stepUpFailed: {
    title: "Eine stärkere Anmeldung ist nötig",
    text: "Diese Seite verlangt eine neue oder stärkere Anmeldung, und der Kontoanbieter hat keine geliefert. Wenn ein neuer Versuch nicht hilft, fragen Sie die Betreiber dieser Website.",
  },
  clientRejected: {
    title: "Diese Website ist nicht richtig eingerichtet",
    text: "Der Kontoanbieter akzeptiert die Einstellungen dieser Website nicht. Das liegt nicht an Ihnen: Bitte sagen Sie den Betreibern dieser Website Bescheid, denn nur sie können das ändern.",
  },
  storeDown: {
    title: "Bitte versuchen Sie es gleich noch einmal",
    text: "Der Speicher für die Anmeldungen antwortet nicht. Sie sind nicht abgemeldet; bitte versuchen Sie es gleich noch einmal.",
  },
  broken: {
    title: "Etwas ist schiefgegangen",
    text: "Der Fehler liegt bei uns, nicht bei Ihnen. Bitte versuchen Sie es gleich noch einmal.",
  },
  loop: {
    title: "Die Anmeldung bringt Sie nicht weiter",
    text: "Sie wurden innerhalb einer Minute dreimal zur Anmeldung hierher geschickt.",
    target:
      "Sie sollen sich für eine Adresse anmelden, die der Anmeldedienst nicht kennt. Das liegt daran, wie die Website eingerichtet ist; ihre Betreiber finden den Grund im Protokoll.",
    twoSessions:
      "Ihr Browser sendet zwei Anmeldungen für diese Website, deshalb zählt keine davon. Melden Sie sich ab, um beide zu beenden, und melden Sie sich dann wieder an. Wenn Sie diese Seite noch einmal sehen, löschen Sie die Cookies dieser Website.",
    notPermitted:
      "Sie sind angemeldet, aber diese Seite verlangt ein anderes Konto oder eine stärkere Anmeldung, als der Kontoanbieter liefert.",
    sessionNotSeen:
      "Sie sind hier angemeldet, aber die gewünschte Seite bemerkt das nicht. Das liegt daran, wie die Website eingerichtet ist; ihre Betreiber finden den Grund im Protokoll.",
    unknownSession:
      "Sie haben sich angemeldet, aber die Website weiß nichts mehr davon. Das liegt daran, wie die Website eingerichtet ist; ihre Betreiber finden den Grund im Protokoll.",
    noCookie:
      "Ihr Browser hat das Cookie nicht zurückgesendet, mit dem Sie angemeldet bleiben. Bitte erlauben Sie Cookies für diese Website und öffnen Sie sie über https. Ein privates Fenster oder eine Erweiterung kann Cookies blockieren.",
  },
  notFound: {
    title: "Hier gibt es nichts",
    text: "Diese Adresse gehört zum Anmeldedienst. Wenn Sie auf dem Weg zu einer Seite waren, öffnen Sie diese noch einmal.",
  },
  signedOut: {
    title: "Sie sind abgemeldet",
    allBrowsers:
      "Auch Ihre anderen Anmeldungen bei dieser Website sind beendet, in jedem Browser und auf jedem Gerät.",
    here: "Sie sind von dieser Website abgemeldet. Beim Kontoanbieter selbst sind Sie vielleicht noch angemeldet: Wenn das nicht Ihr eigener Computer ist, melden Sie sich auch dort ab oder schließen Sie alle Fenster des Browsers.",
    everywhere:
      "Sie sind von dieser Website und auch von Ihrem Konto beim Kontoanbieter abgemeldet.",
    signInAgain: "Wieder anmelden",
  },
  confirmSignOut: {
    title: "Abmelden?",
    text: "Ein Link auf einer anderen Website hat Sie hierher gebracht. Möchten Sie sich abmelden?",
    stay: "Angemeldet bleiben",
  },
  tooManyRequests: {
    title: "Bitte warten Sie eine Minute",
    text: "Aus Ihrem Netzwerk kommen mehr Anmeldeversuche, als diese Website zulässt. Bitte warten Sie eine Minute und öffnen Sie die Seite dann noch einmal.",
    nextStep: "Wenn Sie das häufig sehen, fragen Sie die Betreiber dieser Website.",
  },
  framed: {
    title: "In einem neuen Fenster öffnen",
    text: "{app} wird innerhalb einer anderen Website angezeigt. Dort funktioniert die Anmeldung nicht, denn sie darf nicht in einem Rahmen versteckt sein.",
    open: "{app} in einem neuen Fenster öffnen",
  },
};
