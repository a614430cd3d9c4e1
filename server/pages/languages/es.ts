import type { Texts } from "./texts.ts";

/** Spanish. */
export const es: Texts = {
  common: {
    tryAgain: "Volver a intentarlo",
    signIn: "Iniciar sesión",
    signOut: "Cerrar sesión",
    otherAccount: "Usar otra cuenta",
    continueWith: "Continuar con {provider}",
    startPage: "Ir a la página de inicio",
    openApp: "Ir a {app}",
    yourSignIn: "Ver su sesión",
    askForHelp: "Pedir ayuda",
    nextSteps: "Próximos pasos",
    code: "Si pide ayuda, indique este código: {code}",
  },
  choose: {
    title: "Iniciar sesión",
    toOpen: "Inicie sesión para abrir {app}.",
    text: "Elija la cuenta que quiere usar.",
    lastUsed: "Usada la última vez",
    unknown: "Aquí no hay ninguna forma de iniciar sesión llamada «{provider}».",
  },
  stepUp: {
    title: "Confirme su inicio de sesión",
    text: "{app} pide un inicio de sesión más reciente o más seguro que el actual.",
  },
  signIn: {
    text: "Tiene que iniciar sesión para ver esta página.",
    signInWith: "Iniciar sesión con {provider}",
  },
  own: {
    title: "Ha iniciado sesión",
    account: "Cuenta",
    name: "Nombre",
    provider: "Sesión iniciada con",
    since: "Desde",
    until: "Como máximo hasta",
    signOutEverywhere: "Cerrar sesión en todas partes",
    unknownTarget:
      "La página que quería abrir ya no se conoce. Ábrala de nuevo desde su enlace o desde sus marcadores.",
  },
  denied: {
    title: "Esta cuenta no tiene acceso",
    account: "Ha iniciado sesión como {account}, y esa cuenta no tiene permiso para abrir {app}.",
    groupsNotNow:
      "En este momento no se han podido consultar sus grupos, así que no se ha tenido en cuenta ninguno. Vuelva a iniciar sesión dentro de unos minutos.",
    groupsNever:
      "No se han podido consultar sus grupos, así que no se ha tenido en cuenta ninguno. Los responsables de este sitio encontrarán el motivo en su registro.",
    nextStep:
      "Si tiene otra cuenta, úsela. Si debería tener acceso, pida a los responsables de este sitio que le den permiso.",
    operator:
      "Para los responsables de este sitio: la línea «denied» del registro con el requestId {code} indica en {fields} qué claims faltan o no cuentan.",
  },
  closed: {
    title: "Esta página está cerrada",
    text: "No se puede abrir {app} desde aquí, sea cual sea la cuenta que use.",
    nextStep: "Si cree que es un error, consulte a los responsables de este sitio.",
  },
  notSetUp: {
    title: "Este sitio no está configurado",
    host: "El servicio de inicio de sesión no conoce {host}, así que no puede dejar entrar a nadie.",
    hostStep: "Los responsables de este sitio tienen que añadir ese nombre a su configuración.",
    port: "El servicio de inicio de sesión no conoce {host}, así que no podría traerle de vuelta aquí.",
    portStep: "Los responsables de este sitio tienen que añadir esa dirección a su configuración.",
    own: "Esta es la dirección donde se inicia sesión, pero pide haber iniciado sesión antes, así que nadie podría entrar nunca.",
    ownStep: "Los responsables de este sitio tienen que corregir su configuración.",
    request:
      "El servicio de inicio de sesión no ha entendido lo que el servidor de este sitio le ha preguntado sobre su solicitud, así que no ha podido dejarle entrar.",
    proxy:
      "El servicio de inicio de sesión no conoce el servidor que ha preguntado por su solicitud, así que no ha podido dejarle entrar.",
    requestStep:
      "Los responsables de este sitio encontrarán el motivo en su registro, con el código que aparece abajo.",
  },
  plainHttp: {
    title: "Esta página necesita https",
    text: "Ha llegado aquí por http, y solo se puede iniciar sesión por https.",
    open: "Abrir la página por https",
  },
  startAgain: {
    title: "Vuelva a iniciar sesión",
    text: "Este inicio de sesión ha tardado demasiado, o se empezó en otra ventana u otro navegador. No se ha perdido nada: simplemente empiece de nuevo.",
  },
  notNow: {
    title: "Ahora no se puede iniciar sesión",
    text: "El servicio que comprueba su cuenta no responde como debería. No es culpa suya; vuelva a intentarlo dentro de unos minutos.",
    others: "O inicie sesión de otra forma.",
  },
  malformedLink: {
    title: "Este enlace no funciona",
    text: "La dirección que le ha traído aquí no está completa. Empiece de nuevo.",
  },
  used: {
    title: "Este inicio de sesión ya se ha usado",
    text: "La página se ha abierto por segunda vez. Si ya ha iniciado sesión, simplemente continúe; si no, empiece de nuevo.",
  },
  cancelled: {
    title: "No ha iniciado sesión",
    text: "El inicio de sesión se ha cancelado, o el proveedor de la cuenta lo ha rechazado. Puede volver a intentarlo o usar otra cuenta.",
  },
  rejected: {
    title: "No se ha podido iniciar sesión",
    text: "La respuesta del proveedor de la cuenta no era de confianza, así que no se ha iniciado la sesión. Vuelva a intentarlo.",
  },
  stepUpFailed: {
    title: "Hace falta un inicio de sesión más seguro",
    text: "Esta página pide un inicio de sesión nuevo o más seguro, y el proveedor de la cuenta no lo ha dado. Si volver a intentarlo no sirve, consulte a los responsables de este sitio.",
  },
  clientRejected: {
    title: "Este sitio no está bien configurado",
    text: "El proveedor de la cuenta no acepta los ajustes de este sitio. No es culpa suya: avise a los responsables de este sitio, porque solo ellos pueden cambiarlo.",
  },
  storeDown: {
    title: "Vuelva a intentarlo en un momento",
    text: "El lugar donde se guardan las sesiones no responde. Su sesión no se ha cerrado; vuelva a intentarlo en un momento.",
  },
  broken: {
    title: "Algo ha salido mal",
    text: "El fallo es nuestro, no suyo. Vuelva a intentarlo en un momento.",
  },
  loop: {
    title: "Iniciar sesión no le permite avanzar",
    text: "En un minuto se le ha enviado aquí tres veces para iniciar sesión.",
    target:
      "Se le pide que inicie sesión para una dirección que el servicio de inicio de sesión no conoce. Se debe a la configuración del sitio, y sus responsables encontrarán el motivo en el registro.",
    twoSessions:
      "Su navegador envía dos sesiones para este sitio, así que ninguna de ellas cuenta. Cierre sesión para terminar las dos y vuelva a iniciar sesión. Si ve esta página otra vez, borre las cookies de este sitio.",
    notPermitted:
      "Ha iniciado sesión, pero esta página pide otra cuenta, o un inicio de sesión más seguro que el que da el proveedor de la cuenta.",
    sessionNotSeen:
      "Ha iniciado sesión aquí, pero la página que quiere abrir no lo ve. Se debe a la configuración del sitio, y sus responsables encontrarán el motivo en el registro.",
    unknownSession:
      "Ha iniciado sesión, pero el sitio ya no reconoce esa sesión. Se debe a la configuración del sitio, y sus responsables encontrarán el motivo en el registro.",
    noCookie:
      "Su navegador no ha devuelto la cookie que mantiene su sesión. Permita las cookies de este sitio y ábralo por https. Una ventana privada o una extensión pueden bloquearlas.",
  },
  notFound: {
    title: "Aquí no hay nada",
    text: "Esta dirección pertenece al servicio de inicio de sesión. Si quería ir a una página, ábrala de nuevo.",
  },
  signedOut: {
    title: "Ha cerrado sesión",
    allBrowsers:
      "También se han cerrado sus demás sesiones en este sitio, en todos los navegadores y dispositivos.",
    here: "Ha cerrado sesión en este sitio. Puede que el proveedor de la cuenta aún le reconozca: en un ordenador que no sea suyo, cierre sesión también allí, o cierre todas las ventanas del navegador.",
    everywhere: "Ha cerrado sesión en este sitio, y también en su cuenta con el proveedor.",
    signInAgain: "Volver a iniciar sesión",
  },
  confirmSignOut: {
    title: "¿Cerrar sesión?",
    text: "Un enlace de otro sitio le ha traído aquí. ¿Quiere cerrar sesión?",
    stay: "Mantener la sesión",
  },
  tooManyRequests: {
    title: "Espere un minuto",
    text: "Desde su red se pide iniciar sesión más veces de las que permite este sitio. Espere un minuto y vuelva a abrir la página.",
    nextStep: "Si ve esto a menudo, consulte a los responsables de este sitio.",
  },
  framed: {
    title: "Abrir en una ventana nueva",
    text: "{app} se muestra dentro de otro sitio. Allí no se puede iniciar sesión, porque el inicio de sesión no debe quedar oculto en un marco.",
    open: "Abrir {app} en una ventana nueva",
  },
};
