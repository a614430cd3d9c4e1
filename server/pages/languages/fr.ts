import type { Texts } from "./texts.ts";

/** French. */
export const fr: Texts = {
  common: {
    tryAgain: "Réessayer",
    signIn: "Se connecter",
    signOut: "Se déconnecter",
    otherAccount: "Utiliser un autre compte",
    continueWith: "Continuer avec {provider}",
    startPage: "Aller à la page d’accueil",
    openApp: "Aller sur {app}",
    yourSignIn: "Afficher votre connexion",
    askForHelp: "Demander de l’aide",
    nextSteps: "Étapes suivantes",
    code: "Si vous demandez de l’aide, indiquez ce code : {code}",
  },
  choose: {
    title: "Se connecter",
    toOpen: "Connectez-vous pour ouvrir {app}.",
    text: "Choisissez le compte que vous voulez utiliser.",
    lastUsed: "Utilisé la dernière fois",
    unknown: "Il n’existe ici aucun moyen de connexion appelé « {provider} ».",
  },
  stepUp: {
    title: "Veuillez confirmer votre connexion",
    text: "{app} demande une connexion plus récente ou plus sûre que la vôtre.",
  },
  signIn: {
    text: "Vous devez vous connecter pour voir cette page.",
    signInWith: "Se connecter avec {provider}",
  },
  own: {
    title: "Votre connexion est active",
    account: "Compte",
    name: "Nom",
    provider: "Connexion avec",
    since: "Depuis",
    until: "Expire au plus tard",
    signOutEverywhere: "Se déconnecter partout",
    unknownTarget:
      "La page que vous vouliez ouvrir n’est plus connue. Ouvrez-la de nouveau depuis son lien ou vos favoris.",
  },
  denied: {
    title: "Ce compte n’a pas accès",
    account: "Vous utilisez le compte {account}, et ce compte n’est pas autorisé à ouvrir {app}.",
    groupsNotNow:
      "Vos groupes n’ont pas pu être consultés pour le moment : aucun n’a donc été pris en compte. Veuillez vous reconnecter dans quelques minutes.",
    groupsNever:
      "Vos groupes n’ont pas pu être consultés : aucun n’a donc été pris en compte. Les responsables de ce site en trouveront la raison dans son journal.",
    nextStep:
      "Si vous avez un autre compte, utilisez-le. Si vous devriez avoir accès, demandez aux responsables de ce site de vous ajouter.",
    operator:
      "Pour les responsables de ce site : la ligne « denied » du journal avec le requestId {code} indique dans {fields} les claims qui manquent ou qui ne comptent pas.",
  },
  closed: {
    title: "Cette page est fermée",
    text: "On ne peut pas ouvrir {app} d’ici, quel que soit le compte utilisé.",
    nextStep: "Si vous pensez que c’est une erreur, adressez-vous aux responsables de ce site.",
  },
  notSetUp: {
    title: "Ce site n’est pas configuré",
    host: "Le service de connexion ne connaît pas {host} et ne peut donc laisser entrer personne.",
    hostStep: "Les responsables de ce site doivent ajouter ce nom à sa configuration.",
    port: "Le service de connexion ne connaît pas {host} et ne pourrait donc pas vous ramener ici.",
    portStep: "Les responsables de ce site doivent ajouter cette adresse à sa configuration.",
    own: "C’est à cette adresse que l’on se connecte, mais elle demande d’abord une connexion : personne ne pourrait donc jamais entrer.",
    ownStep: "Les responsables de ce site doivent corriger sa configuration.",
    request:
      "Le service de connexion n’a pas compris la question que le serveur de ce site lui a posée au sujet de votre requête et n’a donc pas pu vous laisser entrer.",
    proxy:
      "Le service de connexion ne connaît pas le serveur qui l’a interrogé au sujet de votre requête et n’a donc pas pu vous laisser entrer.",
    requestStep:
      "Les responsables de ce site en trouveront la raison dans son journal, sous le code ci-dessous.",
  },
  plainHttp: {
    title: "Cette page nécessite https",
    text: "Cette page a été ouverte en http, mais la connexion ne fonctionne qu’en https.",
    open: "Ouvrir la page en https",
  },
  startAgain: {
    title: "Veuillez vous reconnecter",
    text: "Cette connexion a pris trop de temps, ou elle a été commencée dans une autre fenêtre ou un autre navigateur. Rien n’est perdu : il suffit de recommencer.",
  },
  notNow: {
    title: "Connexion impossible pour le moment",
    text: "Le service qui vérifie votre compte ne répond pas comme il le devrait. Vous n’y êtes pour rien ; veuillez réessayer dans quelques minutes.",
    others: "Ou connectez-vous d’une autre façon.",
  },
  malformedLink: {
    title: "Ce lien ne fonctionne pas",
    text: "L’adresse qui a ouvert cette page est incomplète. Veuillez recommencer.",
  },
  used: {
    title: "Cette connexion a déjà été utilisée",
    text: "La page a été ouverte une seconde fois. Si votre connexion est déjà active, continuez simplement ; sinon, recommencez.",
  },
  cancelled: {
    title: "La connexion n’a pas eu lieu",
    text: "La connexion a été annulée, ou le fournisseur du compte l’a refusée. Vous pouvez réessayer ou utiliser un autre compte.",
  },
  rejected: {
    title: "La connexion a échoué",
    text: "La réponse du fournisseur du compte n’était pas fiable, la connexion n’a donc pas eu lieu. Veuillez réessayer.",
  },
  stepUpFailed: {
    title: "Une connexion plus sûre est nécessaire",
    text: "Cette page demande une connexion nouvelle ou plus sûre, et le fournisseur du compte n’en a pas donné. Si réessayer ne suffit pas, adressez-vous aux responsables de ce site.",
  },
  clientRejected: {
    title: "Ce site n’est pas bien configuré",
    text: "Le fournisseur du compte n’accepte pas les paramètres de ce site. Vous n’y êtes pour rien : veuillez prévenir les responsables de ce site, car ce sont les seules personnes à pouvoir y remédier.",
  },
  storeDown: {
    title: "Veuillez réessayer dans un instant",
    text: "Le système qui conserve les connexions ne répond pas. Votre session n’est pas fermée ; veuillez réessayer dans un instant.",
  },
  broken: {
    title: "Un problème est survenu",
    text: "L’erreur vient de nous, pas de vous. Veuillez réessayer dans un instant.",
  },
  loop: {
    title: "La connexion tourne en rond",
    text: "En une minute, cette page vous a été présentée trois fois pour vous connecter.",
    target:
      "On vous demande de vous connecter pour une adresse que le service de connexion ne connaît pas. Cela vient de la configuration du site ; ses responsables en trouveront la raison dans son journal.",
    twoSessions:
      "Votre navigateur envoie deux connexions pour ce site : aucune des deux ne compte donc. Déconnectez-vous pour mettre fin aux deux, puis reconnectez-vous. Si cette page réapparaît, supprimez les cookies de ce site.",
    notPermitted:
      "Votre connexion est active, mais cette page demande un autre compte, ou une connexion plus sûre que celle que donne le fournisseur du compte.",
    sessionNotSeen:
      "Votre connexion est active ici, mais la page que vous voulez ouvrir ne la voit pas. Cela vient de la configuration du site ; ses responsables en trouveront la raison dans son journal.",
    unknownSession:
      "La connexion a réussi, mais le site ne la connaît plus. Cela vient de la configuration du site ; ses responsables en trouveront la raison dans son journal.",
    noCookie:
      "Votre navigateur n’a pas renvoyé le cookie qui maintient votre connexion. Veuillez autoriser les cookies pour ce site et l’ouvrir en https. Une fenêtre privée ou une extension peut les bloquer.",
  },
  notFound: {
    title: "Il n’y a rien ici",
    text: "Cette adresse appartient au service de connexion. Si vous vouliez aller sur une page, ouvrez-la de nouveau.",
  },
  signedOut: {
    title: "Déconnexion réussie",
    allBrowsers:
      "Vos autres sessions sur ce site sont fermées elles aussi, dans tous les navigateurs et sur tous les appareils.",
    here: "Votre session sur ce site est fermée. Le fournisseur du compte peut encore vous reconnaître : sur un ordinateur qui n’est pas le vôtre, déconnectez-vous aussi chez lui, ou fermez toutes les fenêtres du navigateur.",
    everywhere:
      "Votre session sur ce site est fermée, de même que celle de votre compte chez son fournisseur.",
    signInAgain: "Se reconnecter",
  },
  confirmSignOut: {
    title: "Se déconnecter ?",
    text: "Un lien sur un autre site a ouvert cette page. Voulez-vous vous déconnecter ?",
    stay: "Ne pas se déconnecter",
  },
  tooManyRequests: {
    title: "Veuillez patienter une minute",
    text: "Votre réseau envoie plus de demandes de connexion que ce site n’en autorise. Veuillez patienter une minute, puis ouvrir la page de nouveau.",
    nextStep: "Si cela arrive souvent, adressez-vous aux responsables de ce site.",
  },
  framed: {
    title: "Ouvrir dans une nouvelle fenêtre",
    text: "{app} s’affiche à l’intérieur d’un autre site. La connexion n’y fonctionne pas, car elle ne doit pas être cachée dans un cadre.",
    open: "Ouvrir {app} dans une nouvelle fenêtre",
  },
};
