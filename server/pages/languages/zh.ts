import type { Texts } from "./texts.ts";

/** Chinese, simplified. */
export const zh: Texts = {
  common: {
    tryAgain: "重试",
    signIn: "登录",
    signOut: "退出登录",
    otherAccount: "使用其他账号",
    continueWith: "使用 {provider} 继续",
    startPage: "前往起始页",
    openApp: "前往 {app}",
    yourSignIn: "查看登录状态",
    askForHelp: "寻求帮助",
    nextSteps: "后续操作",
    code: "如需帮助，请提供此代码：{code}",
  },
  choose: {
    title: "登录",
    toOpen: "请登录以打开 {app}。",
    text: "请选择要使用的账号。",
    lastUsed: "上次使用",
    unknown: "这里没有名为“{provider}”的登录方式。",
  },
  stepUp: {
    title: "请确认您的登录",
    text: "{app} 要求您重新登录，或使用比当前更严格的方式登录。",
  },
  signIn: {
    text: "您需要登录才能查看此页面。",
    signInWith: "使用 {provider} 登录",
  },
  own: {
    title: "您已登录",
    account: "账号",
    name: "姓名",
    provider: "登录方式",
    since: "登录时间",
    until: "最晚有效至",
    signOutEverywhere: "在所有设备上退出登录",
    unknownTarget: "您想打开的页面已无从得知。请通过原链接或书签重新打开。",
  },
  denied: {
    title: "此账号没有访问权限",
    account: "您已登录为 {account}，但该账号无权打开 {app}。",
    groupsNotNow: "目前无法查询您所属的群组，因此所有群组均未计入。请过几分钟后重新登录。",
    groupsNever: "无法查询您所属的群组，因此所有群组均未计入。本网站的管理员可以在日志中找到原因。",
    nextStep:
      "如果您有其他账号，请使用那个账号。如果您应当拥有访问权限，请联系本网站的管理员添加您的账号。",
    operator:
      "致本网站的管理员：requestId 为 {code} 的“denied”日志行在 {fields} 中说明了哪些声明（claim）缺失或未计入。",
  },
  closed: {
    title: "此页面已关闭",
    text: "无论使用哪个账号，都无法从这里打开 {app}。",
    nextStep: "如果您认为这有误，请联系本网站的管理员。",
  },
  notSetUp: {
    title: "此网站尚未设置",
    host: "登录服务不认识 {host}，因此无法让任何人进入。",
    hostStep: "本网站的管理员需要将该名称添加到登录服务的配置中。",
    port: "登录服务不认识 {host}，因此无法将您带回这里。",
    portStep: "本网站的管理员需要将该地址添加到登录服务的配置中。",
    own: "这是用于登录的地址，但它要求先登录才能访问，因此谁也无法进入。",
    ownStep: "本网站的管理员需要更正配置。",
    request: "登录服务无法理解本网站的服务器就您的请求发出的询问，因此无法让您进入。",
    proxy: "登录服务不认识就您的请求发出询问的服务器，因此无法让您进入。",
    requestStep: "本网站的管理员可以凭下方的代码在日志中找到原因。",
  },
  plainHttp: {
    title: "此页面需要 https",
    text: "您是通过 http 访问的，而登录只能通过 https 进行。",
    open: "通过 https 打开此页面",
  },
  startAgain: {
    title: "请重新登录",
    text: "此次登录耗时过长，或是在其他窗口或浏览器中开始的。没有丢失任何内容，重新开始即可。",
  },
  notNow: {
    title: "目前无法登录",
    text: "验证您账号的服务没有正常响应。这不是您的问题，请过几分钟再试。",
    others: "或者使用其他方式登录。",
  },
  malformedLink: {
    title: "此链接无效",
    text: "您访问的地址不完整。请重新开始。",
  },
  used: {
    title: "此次登录已被使用",
    text: "该页面被再次打开。如果您已经登录，请直接继续；如果没有，请重新开始。",
  },
  cancelled: {
    title: "您未登录",
    text: "登录已取消，或被账号服务拒绝。您可以重试，或使用其他账号。",
  },
  rejected: {
    title: "登录失败",
    text: "账号服务的响应不可信，因此您未能登录。请重试。",
  },
  stepUpFailed: {
    title: "需要更严格的登录",
    text: "此页面要求您重新登录或使用更严格的方式登录，但账号服务没有这样做。如果重试无效，请联系本网站的管理员。",
  },
  clientRejected: {
    title: "此网站的设置不正确",
    text: "账号服务不接受本网站的设置。这不是您的问题：请告知本网站的管理员，因为只有他们才能更改。",
  },
  storeDown: {
    title: "请稍后再试",
    text: "保存登录信息的存储没有响应。您并未退出登录，请稍后再试。",
  },
  broken: {
    title: "出了点问题",
    text: "这是我们的故障，不是您的问题。请稍后再试。",
  },
  loop: {
    title: "登录后仍无法继续",
    text: "您在一分钟内三次被转到这里登录。",
    target:
      "您被要求登录的地址不为登录服务所知。这是网站的设置方式造成的，网站的管理员可以在日志中找到原因。",
    twoSessions:
      "您的浏览器为此网站发送了两份登录信息，因此两份都不算数。请退出登录以结束这两次登录，然后重新登录。如果再次看到此页面，请删除此网站的 Cookie。",
    notPermitted: "您已登录，但此页面要求使用其他账号，或要求比账号服务所提供的更严格的登录。",
    sessionNotSeen:
      "您已在这里登录，但您想打开的页面看不到这一登录。这是网站的设置方式造成的，网站的管理员可以在日志中找到原因。",
    unknownSession:
      "您登录过，但网站已不再认得这次登录。这是网站的设置方式造成的，网站的管理员可以在日志中找到原因。",
    noCookie:
      "您的浏览器没有传回用于保持登录状态的 Cookie。请允许此网站使用 Cookie，并通过 https 打开此网站。无痕窗口或扩展程序可能会阻止 Cookie。",
  },
  notFound: {
    title: "这里没有内容",
    text: "此地址属于登录服务。如果您原本要前往某个页面，请重新打开那个页面。",
  },
  signedOut: {
    title: "您已退出登录",
    allBrowsers: "您在其他浏览器和设备上也已退出此网站。",
    here: "您已退出此网站。账号服务本身可能仍保持您的登录状态：如果这台电脑不是您的，请在那里也退出登录，或关闭浏览器的所有窗口。",
    everywhere: "您已退出此网站，也已退出您在账号服务中的账号。",
    signInAgain: "重新登录",
  },
  confirmSignOut: {
    title: "要退出登录吗？",
    text: "您是通过其他网站上的链接来到这里的。要退出登录吗？",
    stay: "保持登录",
  },
  tooManyRequests: {
    title: "请稍等一分钟",
    text: "您的网络请求登录的次数超过了此网站允许的上限。请等待一分钟，然后重新打开页面。",
    nextStep: "如果您经常看到此页面，请联系本网站的管理员。",
  },
  framed: {
    title: "在新窗口中打开",
    text: "{app} 显示在另一个网站之内。在那里无法登录，因为登录页面不得隐藏在框架中。",
    open: "在新窗口中打开 {app}",
  },
};
