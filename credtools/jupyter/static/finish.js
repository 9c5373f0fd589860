// Finish: what will be written, the receipt, and the recipe to save.
function finish(state, { act }) {
  const id = freshId(), moreId = freshId()
  return region('Finish',
    h('p', {}, h('strong', {}, state.file)), h('p', { id }, state.next), numbersTable(state.numbers), remarks(state.remarks, moreId), notes(state.warnings),
    h('div', { class: 'ct-buttons' }, button('Back', () => act('back')),
      !state.media && button('Add media', () => act('go', { step: 'media' }), { title: 'Nothing here requires media, but you can add them' }),
      button('Finish and upload', () => act('finish'), { primary: true, about: `${id} ${moreId}` })))
}

// What the numbers don't say: stored values and credentials that no longer count.
const remarks = (list, id) => list.length > 0 && h('div', { id }, list.map(text => h('p', { class: 'ct-warning' }, text)))

function done(state, { act, ui }) {
  const rejectsId = freshId()
  const waits = `${counted(state.pending, 'credential is', 'credentials are')} waiting for approval.`
  const sent = `${counted(state.pending, 'credential was', 'credentials were')} sent to approvers: ${state.approvers?.join(', ') || 'nobody has that role yet'}.`
  return region('Finish',
    h('p', { class: 'ct-good' }, state.again ? `${state.file} is batch ${state.batch}, uploaded before.` : `${state.file} is uploaded.`), numbersTable(state.numbers), remarks(state.remarks),
    receipt(state.receipt),
    state.rejected > 0 && h('div', {}, h('p', { id: rejectsId }, `${counted(state.rejected, 'row was', 'rows were')} rejected. Download the rejected rows, fix them in a spreadsheet (the reasons are in the file) and upload that file like any other.`),
      h('div', { class: 'ct-buttons' }, [['.xlsx', 'XLSX'], ['.csv', 'CSV']].map(([kind, name]) =>
        button(`Download rejected rows (${name})`, () => act('rejects', { kind }, true), { about: rejectsId })))),
    state.pending > 0 && h('p', {}, state.approvers ? sent : state.may_approve ? waits : `${waits} Somebody else has to approve them.`),
    state.pending > 0 && state.may_approve && h('div', { class: 'ct-buttons' }, button('Decide on approval…', () => ui.approve(state))),
    state.erased ? h('p', {}, 'The bytes of the file were erased, so its recipe can no longer be completed and saved.') : can(state, 'upload') && saving(state, act),
    h('div', { class: 'ct-buttons' }, button(state.again ? `Back to batch ${state.batch}` : state.later > 0 ? 'Next file' : 'To the credentials', () => act('close'), { primary: !state.changes.length }),
      button('Uploads', () => act('go', { step: 'uploads' }))))
}

// How the file was read and corrected, for the next one. For a source that has a recipe that file is what to save over.
function saving(state, act) {
  const name = h('input', { type: 'text', placeholder: 'for example hr', 'data-focus': 'recipe name' })
  name.value = state.proposed
  const another = h('div', { class: 'ct-line' }, field('Save how this file was read and corrected, as a recipe called', name),
    button('Save recipe', () => act('save', { name: name.value })))
  if (!state.recipe) return another
  const id = freshId()
  return h('div', {},
    state.changes.length ? h('div', {}, h('p', { id }, `What was decided isn't in ${state.recipe} yet. Saving changes these lines; everything else, including comments, stays:`),
      h('pre', { class: 'ct-changes', tabindex: 0, 'aria-label': `Changes of ${state.recipe}` }, state.changes.join('\n')),
      h('div', { class: 'ct-buttons' }, button(`Save over ${state.recipe}`, () => act('save', { name: state.source }), { primary: true, focus: 'save over', about: id })))
      : h('p', {}, `${state.recipe} already says how this file was read and corrected.`),
    h('details', {}, h('summary', { 'data-focus': 'another recipe' }, 'Save under another name…'), another))
}

const receipt = text => text && h('details', {}, h('summary', { 'data-focus': 'receipt' }, 'Receipt'), h('pre', {}, text))
