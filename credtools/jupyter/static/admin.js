// Administration: people with their roles, the organisation's settings, the types of credentials.
export default {
  render({ model, el }) {
    const root = h('div', { class: 'ct-wizard ct-admin' })
    const said = h('p', { 'aria-live': 'polite', class: 'ct-said' })
    const main = h('div')
    root.append(said, main)
    el.append(root)
    shield(root)

    let state = null
    const typed = {} // what stands in the form of a grant, until it is granted
    const sending = new Sending(model, () => {})
    const connection = new Connection({ model, el, root, onLost: () => sending.giveUp(), greet: () => model.send({ do: 'ready' }) })
    const act = (verb, values = {}) => {
      if (!connection.live) return
      connection.sent()
      model.send({ do: verb, ...values })
    }

    const focusOn = name => {
      const same = name && main.querySelector(`[data-focus="${CSS.escape(name)}"]`)
      ;(same || main.querySelector('h2')).focus()
    }

    function draw(fresh) {
      const focused = root.contains(document.activeElement) && (document.activeElement.dataset.focus || 'h2')
      state = fresh
      offerPages(state)
      say(said, state)
      if (state.kind === 'done' && state.said) for (const name of Object.keys(typed)) delete typed[name]
      main.replaceChildren(people(), settings(), types())
      if (focused) focusOn(focused)
    }

    const mayChange = () => can(state, 'administer')

    // --- people -----------------------------------------------------------------------------------------------

    function people() {
      if (!state.people) return region('People', h('p', {}, state.advisory))
      const rows = state.people.map(one => [
        [h('div', {}, one.login), one.formerly && h('div', { class: 'ct-quiet' }, `formerly ${one.formerly}`), one.login === state.me && h('div', { class: 'ct-quiet' }, 'you')],
        [one.name && h('div', {}, one.name), h('div', { class: one.name && 'ct-quiet' }, one.person === one.login ? '' : one.person)],
        one.roles.length ? one.roles.map(role => h('div', { class: 'ct-buttons' }, h('span', { class: 'ct-scope' }, role),
          mayChange() && button('Revoke…', () => revoke(one, role), { focus: `revoke ${one.login} ${role}`, title: `Revoke ${role} from ${one.login}` }))) : h('span', { class: 'ct-quiet' }, 'no role'),
        [one.by, h('div', { class: 'ct-quiet' }, one.at)]])
      return region('People',
        h('p', {}, 'Each person has a login of the database, and the roles that its work takes. The database keeps to them, whatever program is used.'),
        rows.length ? h('div', { class: 'ct-narrow' }, table(['Login', 'Person', 'Roles', 'Granted by'], rows, counted(rows.length, 'login', 'logins')))
          : h('p', {}, 'Nobody has a role yet.'),
        mayChange() && grant(),
        h('details', {}, h('summary', { 'data-focus': 'what roles may do' }, 'What each role may do'),
          h('dl', { class: 'ct-facts' }, state.roles.map(([role, may]) => h('div', {}, h('dt', {}, role), h('dd', {}, may))))))
    }

    function grant() {
      const login = keep('login', h('input', { type: 'text', autocomplete: 'off', 'data-focus': 'login' }))
      const role = keep('role', select(state.roles.map(([name]) => [name, name]), state.roles[0][0], { 'data-focus': 'role' }))
      const person = keep('person', h('input', { type: 'text', autocomplete: 'off', 'data-focus': 'person', placeholder: 'ana@example.org' }))
      const give = () => {
        if (login.value.trim()) return act('grant', { login: login.value, role: role.value, person: person.value })
        say(said, { said: 'Give the login first, as the person connects to the database.', kind: 'problem' })
        login.focus()
      }
      for (const input of [login, person]) input.addEventListener('keydown', event => { if (event.key === 'Enter') give() })
      return h('div', {}, h('h3', {}, 'Grant a role'),
        h('div', { class: 'ct-line' }, field('Login', login), field('Role', role), field('E-mail address of its person', person), button('Grant', give, { primary: true })))
    }

    // What was typed stays until it is used, however often the page is drawn.
    function keep(name, input) {
      if (name in typed) input.value = typed[name]
      input.addEventListener('input', () => { typed[name] = input.value })
      return input
    }

    function revoke({ login, person }, role) {
      const label = `Revoke ${role}`
      openDialog(root, {
        title: `Revoke ${role} from ${login}?`,
        body: [h('p', {}, `${person === login ? login : `${login} (${person})`} can then no longer do what this role may. It holds at once, also for who is connected.`),
          h('p', {}, 'What was done before stays in the history, under the same name. The role can be granted again.')],
        buttons: [{ label: 'Cancel' }, { label, primary: true }],
        safe: 'Cancel',
        onAnswer: answer => { focusOn(`revoke ${login} ${role}`); if (answer === label) act('revoke', { login, role }) },
      })
    }

    // --- settings ---------------------------------------------------------------------------------------------

    function settings() {
      const rows = state.settings.map(one => {
        const helpId = freshId()
        const shown = typeof one.value === 'boolean' ? (one.value ? 'yes' : 'no') : String(one.value)
        if (!mayChange()) return [one.title, shown, h('span', { class: 'ct-quiet' }, one.help)]
        const input = typeof one.value === 'boolean'
          ? select([['true', 'yes'], ['false', 'no']], String(one.value), { 'data-focus': one.key, 'aria-label': one.title, 'aria-describedby': helpId })
          : h('input', { type: 'text', 'data-focus': one.key, 'aria-label': one.title, 'aria-describedby': helpId })
        if (typeof one.value !== 'boolean') input.value = shown
        const save = () => act('set', { key: one.key, value: input.value })
        input.addEventListener('keydown', event => { if (event.key === 'Enter') save() })
        return [one.title, h('div', { class: 'ct-buttons' }, input, button('Save', save, { focus: `save ${one.key}`, title: `Save: ${one.title}` })), h('span', { id: helpId, class: 'ct-quiet' }, one.help)]
      })
      return region('Settings', h('div', { class: 'ct-narrow' }, table(['Setting', 'Value', 'What it does'], rows)))
    }

    // --- types ------------------------------------------------------------------------------------------------

    function types() {
      const input = chooser('A list of types', async files => {
        await sending.sendMedia(files.slice(0, 1))
        act('load')
      }, { accept: '.csv,.xlsx,.xls,.ods,.txt', hidden: true })
      return region('Credential types',
        state.types.length ? h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'Types of credentials' },
          table(state.headings, state.types, counted(state.types.length, 'type', 'types'))) : h('p', {}, 'There are no types yet.'),
        mayChange() && h('div', { class: 'ct-buttons' },
          button('Load a list of types…', () => input.click(), { title: 'Types in the list are added, or get its rules; others stay' }), input,
          button('Download a template', () => act('template'))))
    }

    const onMessage = (message, buffers) => {
      connection.heard()
      if (message.type === 'state') draw(message)
      else if (message.type === 'said') say(said, message)
      else if (message.type === 'download') say(said, download(message, buffers[0]))
      else sending.answered(message)
    }
    model.on('msg:custom', onMessage)
    connection.sent()
    connection.greet()
    return () => { connection.close(); model.off('msg:custom', onMessage) }
  },
}
