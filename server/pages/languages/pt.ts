import type { Texts } from "./texts.ts";

/** Portuguese. */
export const pt: Texts = {
  common: {
    tryAgain: "Tentar novamente",
    signIn: "Entrar",
    signOut: "Sair",
    otherAccount: "Usar outra conta",
    continueWith: "Continuar com {provider}",
    startPage: "Ir para a página inicial",
    openApp: "Ir para {app}",
    yourSignIn: "Ver a sua sessão",
    askForHelp: "Pedir ajuda",
    nextSteps: "Próximos passos",
    code: "Se pedir ajuda, indique este código: {code}",
  },
  choose: {
    title: "Entrar",
    toOpen: "Entre para abrir {app}.",
    text: "Escolha a conta que quer usar.",
    lastUsed: "Usada da última vez",
    unknown: "Não existe aqui nenhuma forma de entrar chamada “{provider}”.",
  },
  stepUp: {
    title: "Confirme o seu login",
    text: "{app} pede um login mais recente ou mais seguro do que o atual.",
  },
  signIn: {
    text: "É preciso entrar para ver esta página.",
    signInWith: "Entrar com {provider}",
  },
  own: {
    title: "A sua sessão está ativa",
    account: "Conta",
    name: "Nome",
    provider: "Login feito com",
    since: "Desde",
    until: "No máximo até",
    signOutEverywhere: "Sair em todo o lado",
    unknownTarget:
      "A página que queria abrir já não é conhecida. Abra-a novamente pelo link ou pelos seus favoritos.",
  },
  denied: {
    title: "Esta conta não tem acesso",
    account: "O login foi feito com a conta {account}, que não tem permissão para abrir {app}.",
    groupsNotNow:
      "Não foi possível consultar os seus grupos neste momento, por isso nenhum deles contou. Entre novamente dentro de alguns minutos.",
    groupsNever:
      "Não foi possível consultar os seus grupos, por isso nenhum deles contou. Os responsáveis por este site encontram o motivo no log.",
    nextStep:
      "Se tiver outra conta, use essa. Se deveria ter acesso, peça-o aos responsáveis por este site.",
    operator:
      "Para os responsáveis por este site: a linha “denied” do log com o requestId {code} indica em {fields} quais claims faltam ou não contam.",
  },
  closed: {
    title: "Esta página está fechada",
    text: "Não é possível abrir {app} a partir daqui, seja qual for a conta usada.",
    nextStep: "Se acha que isto é um erro, fale com os responsáveis por este site.",
  },
  notSetUp: {
    title: "Este site não está configurado",
    host: "O serviço de login não conhece {host}, por isso não pode deixar ninguém entrar.",
    hostStep: "Os responsáveis por este site têm de acrescentar esse nome à configuração.",
    port: "O serviço de login não conhece {host}, por isso não seria possível voltar para cá depois.",
    portStep: "Os responsáveis por este site têm de acrescentar esse endereço à configuração.",
    own: "Este é o endereço onde se faz login, mas ele exige um login antes disso, por isso nunca ninguém conseguiria entrar.",
    ownStep: "Os responsáveis por este site têm de corrigir a configuração.",
    request:
      "O serviço de login não entendeu a pergunta que o servidor deste site fez sobre o seu pedido, por isso não foi possível entrar.",
    proxy:
      "O serviço de login não conhece o servidor que perguntou pelo seu pedido, por isso não foi possível entrar.",
    requestStep: "Os responsáveis por este site encontram o motivo no log, com o código abaixo.",
  },
  plainHttp: {
    title: "Esta página precisa de https",
    text: "Esta página foi aberta por http, e o login só funciona por https.",
    open: "Abrir a página por https",
  },
  startAgain: {
    title: "Entre novamente",
    text: "Este login demorou demais ou foi iniciado em outra janela ou em outro navegador. Nada se perdeu: basta começar de novo.",
  },
  notNow: {
    title: "Não é possível entrar agora",
    text: "O serviço que verifica a sua conta não responde como deveria. A culpa não é sua; tente novamente dentro de alguns minutos.",
    others: "Ou entre de outra forma.",
  },
  malformedLink: {
    title: "Este link não funciona",
    text: "O endereço que abriu esta página não está completo. Comece de novo.",
  },
  used: {
    title: "Este login já foi usado",
    text: "A página foi aberta pela segunda vez. Se já entrou, basta continuar; se não, comece de novo.",
  },
  cancelled: {
    title: "O login não foi concluído",
    text: "O login foi cancelado ou o provedor da conta o recusou. Pode tentar novamente ou usar outra conta.",
  },
  rejected: {
    title: "O login não funcionou",
    text: "A resposta do provedor da conta não era de confiança, por isso o login não foi feito. Tente novamente.",
  },
  stepUpFailed: {
    title: "É preciso um login mais seguro",
    text: "Esta página pede um login novo ou mais seguro, e o provedor da conta não o forneceu. Se tentar novamente não ajudar, fale com os responsáveis por este site.",
  },
  clientRejected: {
    title: "Este site não está bem configurado",
    text: "O provedor da conta não aceita a configuração deste site. A culpa não é sua: avise os responsáveis por este site, porque só eles podem mudar isso.",
  },
  storeDown: {
    title: "Tente novamente daqui a pouco",
    text: "O local onde as sessões são guardadas não responde. A sua sessão não foi encerrada; tente novamente daqui a pouco.",
  },
  broken: {
    title: "Ocorreu um erro",
    text: "A falha é nossa, não sua. Tente novamente daqui a pouco.",
  },
  loop: {
    title: "O login não avança",
    text: "Em menos de um minuto, esta página de login foi aberta três vezes.",
    target:
      "É pedido um login para um endereço que o serviço de login não conhece. O motivo está na configuração do site, e os responsáveis encontram os detalhes no log.",
    twoSessions:
      "O seu navegador envia duas sessões para este site, por isso nenhuma delas conta. Saia para encerrar as duas e depois entre novamente. Se vir esta página outra vez, apague os cookies deste site.",
    notPermitted:
      "A sua sessão está ativa, mas esta página pede outra conta, ou um login mais seguro do que aquele que o provedor da conta fornece.",
    sessionNotSeen:
      "A sua sessão está ativa aqui, mas a página que quer abrir não a vê. O motivo está na configuração do site, e os responsáveis encontram os detalhes no log.",
    unknownSession:
      "O login foi feito, mas o site já não o reconhece. O motivo está na configuração do site, e os responsáveis encontram os detalhes no log.",
    noCookie:
      "O seu navegador não devolveu o cookie que mantém a sua sessão. Permita cookies para este site e abra-o por https. Uma janela privada ou uma extensão pode bloqueá-los.",
  },
  notFound: {
    title: "Não há nada aqui",
    text: "Este endereço pertence ao serviço de login. Se queria ir para uma página, abra-a novamente.",
  },
  signedOut: {
    title: "A sua sessão foi encerrada",
    allBrowsers:
      "As suas outras sessões neste site também foram encerradas, em todos os navegadores e dispositivos.",
    here: "A sua sessão neste site foi encerrada. No provedor da conta, ela ainda pode estar ativa: num computador que não é seu, saia também lá ou feche todas as janelas do navegador.",
    everywhere: "A sua sessão neste site foi encerrada, e também a da sua conta no provedor.",
    signInAgain: "Entrar novamente",
  },
  confirmSignOut: {
    title: "Sair?",
    text: "Um link em outro site abriu esta página. Quer sair?",
    stay: "Manter a sessão",
  },
  tooManyRequests: {
    title: "Aguarde um minuto",
    text: "A sua rede faz mais pedidos de login do que este site permite. Aguarde um minuto e depois abra a página novamente.",
    nextStep: "Se isto acontece com frequência, fale com os responsáveis por este site.",
  },
  framed: {
    title: "Abrir numa nova janela",
    text: "{app} aparece dentro de outro site. O login não funciona ali, porque não pode ficar escondido numa moldura.",
    open: "Abrir {app} numa nova janela",
  },
};
