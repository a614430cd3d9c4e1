import type { Texts } from "./texts.ts";

/** Polish. */
export const pl: Texts = {
  common: {
    tryAgain: "Spróbuj ponownie",
    signIn: "Zaloguj się",
    signOut: "Wyloguj się",
    otherAccount: "Użyj innego konta",
    continueWith: "Kontynuuj przez {provider}",
    startPage: "Przejdź do strony startowej",
    openApp: "Przejdź do strony {app}",
    yourSignIn: "Pokaż stan logowania",
    askForHelp: "Poproś o pomoc",
    nextSteps: "Co dalej",
    code: "Prosząc o pomoc, podaj ten kod: {code}",
  },
  choose: {
    title: "Zaloguj się",
    toOpen: "Zaloguj się, aby otworzyć stronę {app}.",
    text: "Wybierz konto, którego chcesz użyć.",
    lastUsed: "Ostatnio używane",
    unknown: "Nie ma tu sposobu logowania o nazwie „{provider}”.",
  },
  stepUp: {
    title: "Potwierdź logowanie",
    text: "Strona {app} wymaga nowszego lub silniejszego logowania niż obecne.",
  },
  signIn: {
    text: "Aby zobaczyć tę stronę, musisz się zalogować.",
    signInWith: "Zaloguj się przez {provider}",
  },
  own: {
    title: "Zalogowano",
    account: "Konto",
    name: "Imię i nazwisko",
    provider: "Zalogowano przez",
    since: "Od",
    until: "Najpóźniej do",
    signOutEverywhere: "Wyloguj się wszędzie",
    unknownTarget:
      "Nie wiemy już, która strona miała zostać otwarta. Otwórz ją jeszcze raz z linku lub z zakładek.",
  },
  denied: {
    title: "To konto nie ma dostępu",
    account: "Zalogowano na konto {account}, ale to konto nie ma dostępu do strony {app}.",
    groupsNotNow:
      "Nie udało się teraz sprawdzić Twoich grup, więc żadna z nich nie została uwzględniona. Zaloguj się ponownie za kilka minut.",
    groupsNever:
      "Nie udało się sprawdzić Twoich grup, więc żadna z nich nie została uwzględniona. Administratorzy tej witryny znajdą przyczynę w jej dzienniku.",
    nextStep:
      "Jeśli masz inne konto, użyj go. Jeśli to konto powinno mieć dostęp, poproś administratorów tej witryny o jego dodanie.",
    operator:
      "Dla administratorów tej witryny: wpis „denied” w dzienniku, z requestId {code}, podaje w {fields}, których oświadczeń (claims) brakuje lub które nie są uwzględniane.",
  },
  closed: {
    title: "Ta strona jest zamknięta",
    text: "Strony {app} nie można stąd otworzyć z żadnego konta.",
    nextStep: "Jeśli Twoim zdaniem to pomyłka, zwróć się do administratorów tej witryny.",
  },
  notSetUp: {
    title: "Ta witryna nie jest skonfigurowana",
    host: "Usługa logowania nie zna nazwy {host}, więc nie może nikogo wpuścić.",
    hostStep: "Administratorzy tej witryny muszą dodać tę nazwę do konfiguracji usługi.",
    port: "Usługa logowania nie zna adresu {host}, więc nie mogła skierować Cię tu z powrotem.",
    portStep: "Administratorzy tej witryny muszą dodać ten adres do konfiguracji usługi.",
    own: "Pod tym adresem odbywa się logowanie, ale on sam wymaga wcześniejszego zalogowania, więc nikt nigdy nie mógłby wejść.",
    ownStep: "Administratorzy tej witryny muszą poprawić jej konfigurację.",
    request:
      "Usługa logowania nie zrozumiała zapytania, które serwer tej witryny wysłał w sprawie Twojego żądania, więc nie mogła Cię wpuścić.",
    proxy:
      "Usługa logowania nie zna serwera, który wysłał zapytanie w sprawie Twojego żądania, więc nie mogła Cię wpuścić.",
    requestStep:
      "Administratorzy tej witryny znajdą przyczynę w jej dzienniku, pod kodem podanym niżej.",
  },
  plainHttp: {
    title: "Ta strona wymaga https",
    text: "Ta strona została otwarta przez http, a logowanie działa tylko przez https.",
    open: "Otwórz stronę przez https",
  },
  startAgain: {
    title: "Zaloguj się ponownie",
    text: "Logowanie trwało zbyt długo albo zostało rozpoczęte w innym oknie lub innej przeglądarce. Nic nie przepadło: po prostu zacznij od nowa.",
  },
  notNow: {
    title: "Nie można się teraz zalogować",
    text: "Usługa, która sprawdza Twoje konto, nie odpowiada prawidłowo. To nie Twoja wina; spróbuj ponownie za kilka minut.",
    others: "Możesz też zalogować się w inny sposób.",
  },
  malformedLink: {
    title: "Ten link nie działa",
    text: "Adres, który tu prowadził, jest niepełny. Zacznij od nowa.",
  },
  used: {
    title: "To logowanie zostało już użyte",
    text: "Strona została otwarta drugi raz. Jeśli logowanie już się udało, po prostu przejdź dalej; jeśli nie, zacznij od nowa.",
  },
  cancelled: {
    title: "Nie zalogowano",
    text: "Logowanie zostało anulowane albo usługa kont odmówiła. Możesz spróbować ponownie lub użyć innego konta.",
  },
  rejected: {
    title: "Logowanie się nie udało",
    text: "Odpowiedź usługi kont nie była wiarygodna, więc logowanie zostało przerwane. Spróbuj ponownie.",
  },
  stepUpFailed: {
    title: "Potrzebne silniejsze logowanie",
    text: "Ta strona wymaga nowszego lub silniejszego logowania, a usługa kont go nie przeprowadziła. Jeśli ponowna próba nie pomoże, zwróć się do administratorów tej witryny.",
  },
  clientRejected: {
    title: "Ta witryna jest źle skonfigurowana",
    text: "Usługa kont nie akceptuje ustawień tej witryny. To nie Twoja wina: powiadom administratorów tej witryny, bo tylko oni mogą to zmienić.",
  },
  storeDown: {
    title: "Spróbuj ponownie za chwilę",
    text: "Miejsce, w którym są przechowywane sesje logowania, nie odpowiada. Nie oznacza to wylogowania; spróbuj ponownie za chwilę.",
  },
  broken: {
    title: "Coś poszło nie tak",
    text: "To nasz błąd, nie Twój. Spróbuj ponownie za chwilę.",
  },
  loop: {
    title: "Logowanie nic nie zmienia",
    text: "W ciągu minuty trzy razy skierowano Cię tutaj do logowania.",
    target:
      "Logowanie dotyczy adresu, którego usługa logowania nie zna. Wynika to z konfiguracji witryny, a jej administratorzy znajdą przyczynę w dzienniku.",
    twoSessions:
      "Twoja przeglądarka wysyła dwie sesje logowania do tej witryny, więc żadna z nich nie jest uwzględniana. Wyloguj się, aby zakończyć obie, a potem zaloguj się ponownie. Jeśli ta strona pojawi się jeszcze raz, usuń pliki cookie tej witryny.",
    notPermitted:
      "Logowanie się udało, ale ta strona wymaga innego konta albo silniejszego logowania niż to, które zapewnia usługa kont.",
    sessionNotSeen:
      "Tutaj logowanie się udało, ale strona, którą chcesz otworzyć, tego nie widzi. Wynika to z konfiguracji witryny, a jej administratorzy znajdą przyczynę w dzienniku.",
    unknownSession:
      "Logowanie się udało, ale witryna już go nie pamięta. Wynika to z konfiguracji witryny, a jej administratorzy znajdą przyczynę w dzienniku.",
    noCookie:
      "Twoja przeglądarka nie odesłała pliku cookie, który podtrzymuje zalogowanie. Zezwól na pliki cookie dla tej witryny i otwórz ją przez https. Okno prywatne lub rozszerzenie może je blokować.",
  },
  notFound: {
    title: "Nic tu nie ma",
    text: "Ten adres należy do usługi logowania. Jeśli chcesz przejść do jakiejś strony, otwórz ją jeszcze raz.",
  },
  signedOut: {
    title: "Wylogowano",
    allBrowsers:
      "Zakończono także Twoje pozostałe sesje w tej witrynie, we wszystkich przeglądarkach i na wszystkich urządzeniach.",
    here: "Wylogowano Cię z tej witryny. Sama usługa kont może Cię jednak nadal pamiętać: jeśli to nie jest Twój komputer, wyloguj się także tam albo zamknij wszystkie okna przeglądarki.",
    everywhere: "Wylogowano Cię z tej witryny, a także z Twojego konta w usłudze kont.",
    signInAgain: "Zaloguj się ponownie",
  },
  confirmSignOut: {
    title: "Wylogować się?",
    text: "Ta strona została otwarta z linku w innej witrynie. Czy chcesz się wylogować?",
    stay: "Nie wylogowuj",
  },
  tooManyRequests: {
    title: "Poczekaj minutę",
    text: "Z Twojej sieci przychodzi więcej prób logowania, niż ta witryna dopuszcza. Poczekaj minutę, a potem otwórz stronę jeszcze raz.",
    nextStep: "Jeśli ta strona pojawia się często, zwróć się do administratorów tej witryny.",
  },
  framed: {
    title: "Otwórz w nowym oknie",
    text: "Strona {app} jest wyświetlana wewnątrz innej witryny. Logowanie tam nie działa, bo nie może być ukryte w ramce.",
    open: "Otwórz stronę {app} w nowym oknie",
  },
};
