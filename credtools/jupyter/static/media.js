// Add media: what was dropped, which rows it belongs to, and what somebody has to decide by hand.

// Everything below a folder that was dropped; reading its entries goes on until there are no more.
async function filesIn(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
    return [Object.assign(file, { within: entry.fullPath.replace(/^\//, '') })]
  }
  const reader = entry.createReader()
  const found = []
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (!some.length) return found
    for (const each of some) found.push(...await filesIn(each))
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean)
  return entries.length ? (await Promise.all(entries.map(filesIn))).flat() : [...transfer.files]
}

const ENDINGS = '.pdf,.jpg,.jpeg,.jfif,.jpe,.jif,.mpo,.png,.heic,.heif,.hif,.avif,.webp,.tif,.tiff'

function media(state, { act, ui }) {
  const pattern = matching(state)
  const add = files => ui.addMedia(files, pattern.value())
  const zone = dropZone(async transfer => add(await dropped(transfer)),
    h('strong', {}, 'Drop files, a folder or a zip here, or click to choose files'),
    h('span', {}, 'PDF, JPEG, PNG, HEIC, TIFF, WebP or AVIF, up to 25 MB each; a zip up to 200 MB.'),
    chooser('Upload media files', add, { accept: `${ENDINGS},.zip`, multiple: true }))
  const folder = chooser('Upload a folder of media', add, { webkitdirectory: true, hidden: true })
  const id = freshId()
  const lacking = counted(state.required, 'credential requires media and has none', 'credentials require media and have none')
  const what = state.optional ? `Media are optional for this file${state.required ? `; ${lacking}, from an earlier file` : ''}.`
    : state.required ? `${lacking}. You can upload all the same, but approval waits until media are added or made optional.`
      : 'Every credential that requires media has some.'
  return region('Add media',
    h('p', {}, h('strong', {}, state.file)),
    h('p', { id, class: state.required ? 'ct-warning' : 'ct-good' }, what),
    h('div', { class: 'ct-buttons' }, button('Back', () => act('back')),
      state.optional ? button('Require media again', () => act('optional', { optional: false }), { focus: 'optional' })
        : button('Make media optional', () => act('optional', { optional: true }), { focus: 'optional', title: 'For this file only: its credentials can be approved without media' }),
      button('Next', () => act('next'), { primary: true, about: id })),
    pattern.element, zone, h('div', { class: 'ct-buttons' }, button('Choose a folder…', () => folder.click()), folder),
    differing(state.differs, { act, ui }),
    left('Ambiguous: these fit several rows', state.ambiguous, { act, ui }, true),
    left('Unmatched: these belong to no row', state.unmatched, { act, ui }, true),
    left('Refused: these are not kept', state.refused, { act, ui }, false),
    missing(state, { act, ui }, pattern),
    linked(state.linked, { act, ui }))
}

// How files find their rows; the example is made from the first row.
function matching(state) {
  const way = select([...state.patterns, ['own', 'another pattern…']], state.pattern, { 'data-focus': 'way' })
  const own = h('input', { type: 'text', 'data-focus': 'own pattern', placeholder: '{user_email}_{credential_type}' })
  const ownField = field('Pattern, without the ending', own)
  const example = h('p', { class: 'ct-quiet' })
  const value = () => way.value === 'own' ? own.value : way.value
  const explain = () => {
    ownField.hidden = way.value !== 'own'
    const name = value().replace(/\{(\w+)\}/g, (all, key) => state.example[key]?.replace(/[\\/:*?"<>|]/g, '_') || all)
    example.textContent = value() ? `For example: ${name}.pdf. Upper and lower case don't matter.`
      : 'A file belongs to every row that names it in its column Media; separate several names by a semicolon.'
  }
  way.addEventListener('change', explain)
  own.addEventListener('input', explain)
  explain()
  const values = h('p', { class: 'ct-quiet' }, 'A pattern may name {user_email}, {external_id}, {credential_type}, {credential_number}, {issue_date}.')
  ownField.append(values)
  return { element: h('div', {}, h('div', { class: 'ct-line' }, field('Files are matched to rows by', way), ownField), example), value }
}

const more = (list, act, name) => list.found > list.rows.length && h('p', { class: 'ct-quiet' }, `The first ${list.rows.length} of ${list.found.toLocaleString('en')}. `,
  button('Show more', () => act('more_media'), { focus: `more ${name}` }))

function left(title, list, { act, ui }, assignable) {
  return list.found > 0 && h('div', {}, h('h3', {}, `${title} (${list.found.toLocaleString('en')})`), more(list, act, title),
    h('ul', { class: 'ct-causes ct-media' }, list.rows.map(medium => {
      const id = freshId()
      return h('li', { 'data-card': medium.file }, medium.sha256 && ui.thumbs.of(medium.shown, medium.shown_type), h('div', {}, h('span', { id }, medium.reason), noted(medium.notes)), lookButton(medium, ui),
        assignable && medium.sha256 && button('Choose row…', () => act('rows_like', { text: '', file: medium.file, first: true }, true), { focus: `Choose… ${medium.file}`, about: id }))
    })))
}

function missing(state, { act, ui }, pattern) {
  const list = state.missing
  if (!list.found) return null
  const rows = list.rows.map(([line, user, kind, files, required]) => {
    const input = chooser(`Media for line ${line}`, found => ui.addMedia(found, pattern.value(), line), { accept: ENDINGS, multiple: true, hidden: true })
    return [line, user, kind, files, required ? 'required' : 'named in the file',
      [button('Add file…', () => input.click(), { focus: `add ${line}`, title: `Media for line ${line}` }), input]]
  })
  return h('div', {}, h('h3', {}, `Rows without media (${list.found.toLocaleString('en')})`), more(list, act, 'missing'),
    h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'Rows without media' },
      table(['Line', 'User', 'Type', 'Missing', '', ''], rows)))
}

// Only a kept file can be looked at.
const lookButton = (medium, ui, focus = `Look… ${medium.file}`) => medium.shown && button('Look…', () => ui.lookAt(medium, focus), { focus, title: `Look at ${medium.file}` })

// What is read in a medium beside its row: a warning, with what there is to see; nothing is rejected for it.
function differing(list, { act, ui }) {
  return list.found > 0 && h('div', {}, h('h3', {}, `Scan differs (${list.found.toLocaleString('en')})`), more(list, act, 'differs'),
    h('p', {}, 'What can be read in these files differs from their rows. Nothing is rejected for that: look at the file, then correct the row, or remove the file and add the right one.'),
    h('ul', { class: 'ct-causes ct-asked ct-media' }, list.rows.map(medium => h('li', { 'data-card': `${medium.file} ${medium.row}` },
      ui.thumbs.of(medium.shown, medium.shown_type),
      h('div', {}, h('strong', {}, medium.row), h('div', { class: 'ct-quiet' }, medium.file), medium.says.map(words => h('div', {}, words))),
      lookButton(medium, ui, `Look… ${medium.file} ${medium.row}`)))))
}

function linked(list, { act, ui }) {
  return list.found > 0 && h('div', {}, h('h3', {}, `Media of this file (${list.found.toLocaleString('en')})`), more(list, act, 'linked'),
    h('div', { class: 'ct-scroll', tabindex: 0, role: 'group', 'aria-label': 'Media of this file' },
      table(['', 'File', 'Belongs to', 'Scan', ''], list.rows.map(medium => {
        const { file, shown, shown_type: kind, rows, lines, notes, scan } = medium
        const others = lines > rows.length ? ` and ${(lines - rows.length).toLocaleString('en')} more rows` : ''
        const note = lines > 1 ? `shared by ${lines.toLocaleString('en')} rows: ` : ''
        return [ui.thumbs.of(shown, kind), [file, noted(notes)], note + rows.join('; ') + others, scanned(scan),
          h('div', { class: 'ct-pair' }, lookButton(medium, ui), button('Remove', () => act('detach', { file }), { focus: `remove ${file}`, title: `Remove ${file}` }))]
      }))))
}

const noted = notes => notes.map(words => h('div', { class: 'ct-quiet' }, words))
const scanned = words => h('span', { class: 'ct-unbroken' }, h('span', { 'aria-hidden': 'true' }, SIGNS[words] ? `${SIGNS[words]} ` : ''), words)
