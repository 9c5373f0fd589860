// Pages: in the Lab that we start our notebooks show no code and run by themselves, when they are opened and when the page
// asks for it after its kernel was restarted. Small enough to need no build: a container as JupyterLab expects one, by
// hand, with JupyterLab's own modules from the scope that all extensions share.
//
// Only code that credtools shipped runs without a click: whoever changes a notebook runs it by themselves.
(() => {
  const PARAMETER = /^(#.*|[a-z_]+ = ("[^"\\]*"|-?[\d.]+|True|False|None|\[[\d, ".-]*\])\s*(#.*)?)?$/
  const STYLE = `
    .ct-folded .jp-CodeCell > .jp-Cell-inputWrapper, .ct-folded .jp-MarkdownCell, .ct-folded .jp-OutputPrompt,
    .ct-folded .jp-OutputArea-promptOverlay, .ct-folded .jp-OutputCollapser, .ct-folded .jp-Notebook-footer,
    .ct-folded .jp-cell-toolbar { display: none !important; }
    .ct-folded .jp-Notebook-cell:not(.jp-MarkdownCell) { padding-block: 0; }
    .ct-folded .jp-Notebook-cell .jp-OutputArea-output { padding-left: 0; }
    .ct-folded .jp-NotebookPanel-toolbar > :not([data-jp-item-name=credtools]) { display: none !important; }
    .jp-Toolbar > .ct-pages { display: flex; flex-wrap: wrap; gap: 4px 24px; padding: 2px 12px; font-size: 14px; height: auto; }
    .ct-pages a { color: var(--jp-ui-font-color1); }
    .ct-pages a[aria-current] { font-weight: 700; text-decoration: none; }`
  const PAGES = [['upload', 'Credentials and upload'], ['review', 'Drafts and held batches'], ['approve', 'Approvals'], ['audit', 'Audit'], ['admin', 'Administration']]

  const settings = JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? '{}')
  const shipped = new Set(settings.credtoolsCells ?? [])
  const isParameters = cell => (cell.getMetadata('tags') ?? []).includes('parameters')
  const isOurs = cell => isParameters(cell) ? cell.sharedModel.getSource().split('\n').every(line => PARAMETER.test(line))
    : shipped.has(cell.sharedModel.getSource())

  // Whether a notebook is one of ours, as it was shipped: nothing but parameters differs.
  function isPage(panel) {
    const cells = [...panel.content.model.cells].filter(cell => cell.type === 'code')
    return cells.some(cell => !isParameters(cell)) && cells.every(isOurs)
  }

  // The way to the other pages, instead of the buttons for code.
  function links(path) {
    const [, folder, name] = /^(.*?)([^/]+)[.]ipynb$/.exec(path)
    const nav = document.createElement('nav')
    nav.className = 'ct-pages'
    nav.setAttribute('aria-label', 'Pages')
    nav.append(...PAGES.map(([page, title]) => {
      const link = document.createElement('a')
      link.textContent = title
      link.href = `${settings.baseUrl}doc/tree/${encodeURI(folder)}${page}.ipynb`
      if (page === name) link.setAttribute('aria-current', 'page')
      return link
    }))
    return nav
  }

  // Runs all cells. Nothing of that is worth keeping in the file: a page asks the registry whenever it is opened.
  async function run(panel, actions) {
    const clean = !panel.content.model.dirty
    panel.node.dataset.credtools = 'running'
    await actions.runAll(panel.content, panel.sessionContext)
    if (clean) panel.content.model.dirty = false
    panel.node.dataset.credtools = 'ran'
  }

  async function goOn(panel, actions) {
    const session = panel.sessionContext
    if (!session.session?.kernel || session.hasNoKernel) await session.startKernel()
    else if (session.session.kernel.status === 'dead') await session.session.kernel.restart()
    await run(panel, actions)
  }

  async function begin(panel, actions, Widget) {
    await Promise.all([panel.context.ready, panel.revealed])
    if (!isPage(panel)) return
    panel.addClass('ct-folded')
    panel.toolbar.insertItem(0, 'credtools', new Widget({ node: links(panel.context.path) }))
    panel.node.dataset.credtools = 'running'
    panel.node.addEventListener('credtools:again', event => {
      event.stopPropagation()
      goOn(panel, actions)
    })
    await panel.sessionContext.ready
    await run(panel, actions)
  }

  const plugin = ({ INotebookTracker, NotebookActions }, { Widget }) => ({
    id: 'credtools:pages',
    description: 'Opens the pages of credtools without their code, and runs them.',
    autoStart: true,
    requires: [INotebookTracker],
    activate: (app, tracker) => {
      document.head.append(Object.assign(document.createElement('style'), { textContent: STYLE }))
      app.commands.addCommand('credtools:code', {
        label: 'Show or Hide the Code of This Page',
        isEnabled: () => Boolean(tracker.currentWidget?.node.dataset.credtools),
        execute: () => tracker.currentWidget.toggleClass('ct-folded'),
      })
      tracker.widgetAdded.connect((_, panel) => { begin(panel, NotebookActions, Widget) })
    },
  })

  let scope
  const shared = async name => (await Object.values(scope[name])[0].get())()
  window._JUPYTERLAB = window._JUPYTERLAB || {}
  window._JUPYTERLAB.credtools = {
    init: given => { scope = given },
    get: async () => {
      const module = { default: plugin(await shared('@jupyterlab/notebook'), await shared('@lumino/widgets')), __esModule: true }
      return () => module
    },
  }
})()
