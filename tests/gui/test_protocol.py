"""The Protocol view: form and text are two faces of one protocol, and what is wrong is told at its place."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from labkit.app import prepare, protocol_text
from labkit.protocol import protocol_names

PATIENCE = 60_000
"""How long (ms) a busy machine may take to load what plans and checks, once."""


@pytest.fixture
def protocol(open_labkit, qtbot):
    """The Protocol view on the optical demo bench with the paired pulses in hand."""
    view = open_labkit().turn_to("protocol")
    take(qtbot, view, "ppf_optical")
    return view


def take(qtbot, view, source: str) -> None:
    """Open a protocol and wait until it is understood."""
    view.open(source)
    qtbot.waitUntil(lambda: view.draft.study is not None and view.draft.sheet.source == source, timeout=PATIENCE)


def studied(qtbot, view, act) -> None:
    """Do something and wait until its consequences are known."""
    with qtbot.waitSignal(view.draft.studied, timeout=PATIENCE):
        act()


def typed(qtbot, view, name: str, text: str) -> None:
    """Type a value into the field of a parameter, as a person does."""
    line = view.panel.form.fields[name].edit.line
    line.selectAll()
    studied(qtbot, view, lambda: qtbot.keyClicks(line, text))
    qtbot.waitUntil(lambda: view.draft.study.given.get(name) == text, timeout=PATIENCE)


def replaced(view, old: str, new: str) -> None:
    """Edit the text as with the keyboard, at the first place of `old`."""
    editor = view.text.editor
    cursor = QTextCursor(editor.document())
    begin = editor.toPlainText().index(old)
    cursor.setPosition(begin)
    cursor.setPosition(begin + len(old), QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(new)


def test_the_library_shows_every_protocol_and_finds_by_words(protocol, qtbot):
    qtbot.waitUntil(lambda: sorted(protocol.library.visible_sources()) == list(protocol_names()), timeout=PATIENCE)
    qtbot.keyClicks(protocol.library.search, "paired-pulse electrical")
    assert protocol.library.visible_sources() == ["ppf_electrical"]
    protocol.library.search.clear()
    qtbot.keyClicks(protocol.library.search, "P17")
    assert set(protocol.library.visible_sources()) == {"retention", "retention_gate", "retention_optical"}


def test_a_click_in_the_library_opens_a_protocol(protocol, qtbot):
    tree = protocol.library.tree
    qtbot.waitUntil(lambda: len(protocol.library.visible_sources()) > 30)
    item = tree.findItems("retention", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    tree.scrollToItem(item)
    place = tree.visualItemRect(item).center()
    studied(qtbot, protocol, lambda: qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place))
    assert protocol.panel.title.text().startswith("Retention of programmed levels")
    assert "programming" in protocol.text.editor.toPlainText()
    assert protocol.panel.picture.picture is not None


def test_a_wrong_value_is_told_at_its_field_and_nothing_can_be_run(protocol, qtbot):
    typed(qtbot, protocol, "width", "10 V")
    field = protocol.panel.form.fields["width"]
    assert field.edit.error == '"10 V" is a voltage, not a time'
    assert not protocol.panel.enqueue.isEnabled()
    assert protocol._workspace.request is None
    typed(qtbot, protocol, "width", "10 ms")
    assert not field.edit.error
    assert protocol.panel.enqueue.isEnabled()
    assert protocol._workspace.request.parameters == {"width": "10 ms"}


def test_a_fault_in_the_text_is_underlined_where_it_stands(protocol, qtbot):
    studied(qtbot, protocol, lambda: replaced(protocol, "default: 1 s, description: width", "default: 1 Vs, x: width"))
    editor = protocol.text.editor
    qtbot.waitUntil(lambda: len(editor.problems) == 2)
    assert {problem.line for problem in editor.problems} == {17}
    assert editor.underlined() == ["1", "x"]
    place = editor.toPlainText().index("x: width")
    assert 'unknown key "x"' in editor.problem_at(place).message
    assert protocol.text.problems.count() == 2
    protocol.text.problems.itemClicked.emit(protocol.text.problems.item(1))
    assert editor.textCursor().blockNumber() == 16
    assert protocol._workspace.request is None


def test_a_default_that_is_edited_in_the_text_shows_in_the_form_and_undo_brings_it_back(protocol, qtbot):
    field = protocol.panel.form.fields["width"]
    studied(qtbot, protocol, lambda: replaced(protocol, "default: 1 s", "default: 2 s"))
    assert field.edit.text == "2 s"
    assert protocol.draft.sheet.modified
    studied(qtbot, protocol, protocol.text.editor.undo)
    assert field.edit.text == "1 s"
    assert not protocol.draft.sheet.modified


def test_a_value_of_the_form_shows_beside_its_default_in_the_text(protocol, qtbot):
    typed(qtbot, protocol, "width", "0.5 s")
    assert protocol.text.editor.hints[17] == "◂ 0.5 s (form)"
    assert not protocol.draft.sheet.modified
    studied(qtbot, protocol, protocol.panel.form.fields["width"].reset.click)
    assert protocol.text.editor.hints == {}
    assert protocol.panel.form.fields["width"].edit.text == "1 s"


def test_changes_of_the_form_are_undone_one_by_one(protocol, qtbot):
    typed(qtbot, protocol, "width", "0.5 s")
    typed(qtbot, protocol, "repeats", "12")
    studied(qtbot, protocol, protocol.panel.undo.click)
    assert protocol.draft.sheet.given == {"width": "0.5 s"}
    studied(qtbot, protocol, protocol.panel.undo.click)
    assert protocol.draft.sheet.given == {}
    studied(qtbot, protocol, protocol.panel.redo.click)
    assert protocol.panel.form.fields["width"].edit.text == "0.5 s"


def test_a_named_set_changes_the_form(protocol, qtbot):
    sets = protocol.panel.sets
    assert [sets.itemText(k) for k in range(sets.count())] == ["defaults", "demo"]
    studied(qtbot, protocol, lambda: qtbot.keyClick(sets, Qt.Key.Key_Down))
    assert protocol.panel.form.fields["settle"].edit.text == "10 s"
    assert protocol._workspace.request.set_name == "demo"
    assert protocol.text.editor.hints[23] == "◂ 10 s (set)"


def test_what_is_shown_is_what_runs_though_it_is_saved_nowhere(protocol, qtbot):
    studied(qtbot, protocol, lambda: replaced(protocol, "title: Paired", "title: My paired"))
    asked = []
    protocol._workspace.enqueue_asked.connect(asked.append)
    qtbot.mouseClick(protocol.panel.enqueue, Qt.MouseButton.LeftButton)
    program = prepare(asked[0]).program
    assert program.title == "My paired-pulse facilitation, optical"
    assert asked[0].bench == "demo_optical"
    assert asked[0].virtual


def test_nothing_runs_before_the_latest_change_is_understood(protocol, qtbot):
    assert protocol.panel.enqueue.isEnabled()
    asked = []
    protocol._workspace.enqueue_asked.connect(asked.append)
    line = protocol.panel.form.fields["width"].edit.line
    line.selectAll()
    with qtbot.waitSignal(protocol.draft.studied, timeout=PATIENCE):
        qtbot.keyClicks(line, "3 s")
        qtbot.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert asked == []
    qtbot.mouseClick(protocol.panel.enqueue, Qt.MouseButton.LeftButton)
    assert [request.parameters for request in asked] == [{"width": "3 s"}]


def test_a_protocol_is_saved_under_a_name_of_ones_own_and_found_again(protocol, qtbot, tmp_path: Path):
    typed(qtbot, protocol, "width", "0.5 s")
    studied(qtbot, protocol, protocol.panel.write_in.click)
    assert "width: {default: 0.5 s, description" in protocol.text.editor.toPlainText()
    path = tmp_path / "mine" / "my_pairs.yaml"
    protocol.ask_new_path = lambda caption, name: path
    studied(qtbot, protocol, protocol.text.save_as.click)
    assert "default: 0.5 s" in path.read_text(encoding="utf-8")
    assert str(path) in protocol.library.visible_sources()
    assert protocol.draft.sheet.own
    assert not protocol.draft.is_modified("ppf_optical")
    assert protocol_text("ppf_optical")[0] != path.read_text(encoding="utf-8")
    studied(qtbot, protocol, lambda: replaced(protocol, "default: 0.5 s", "default: 0.6 s"))
    assert protocol.text.file.text().endswith("not saved")
    qtbot.keyClick(protocol.text.editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "default: 0.6 s" in path.read_text(encoding="utf-8"), timeout=PATIENCE)
    assert not protocol.draft.sheet.modified


def test_the_editor_indents_as_yaml_wants_it(protocol, qtbot):
    editor = protocol.text.editor
    editor.go_to(33, 100)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "- wait: 1 s")
    assert editor.document().findBlockByNumber(33).text() == "    - wait: 1 s"
    assert "\t" not in editor.toPlainText()


def test_reverting_can_be_undone(protocol, qtbot):
    studied(qtbot, protocol, lambda: replaced(protocol, "default: 1 s", "default: 2 s"))
    studied(qtbot, protocol, protocol.text.revert.click)
    assert not protocol.draft.sheet.modified
    studied(qtbot, protocol, protocol.text.editor.undo)
    assert "default: 2 s" in protocol.text.editor.toPlainText()


def test_a_copy_to_begin_with_no_longer_claims_to_be_the_standard(protocol, qtbot, tmp_path: Path):
    path = tmp_path / "my_pairs.yaml"
    protocol.ask_new_path = lambda caption, name: path
    qtbot.mouseClick(protocol.library.new_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: protocol.draft.sheet.source == str(path) and protocol.draft.study is not None, timeout=PATIENCE
    )
    assert protocol.draft.study.document.implements == ""
    assert protocol.draft.study.right


def test_a_text_that_is_not_saved_is_kept_while_another_is_looked_at(protocol, qtbot):
    studied(qtbot, protocol, lambda: replaced(protocol, "default: 1 s", "default: 2 s"))
    take(qtbot, protocol, "retention")
    take(qtbot, protocol, "ppf_optical")
    assert "default: 2 s" in protocol.text.editor.toPlainText()
    assert protocol.draft.is_modified("ppf_optical")


def test_cells_of_a_chip_are_chosen_here_or_in_the_array_view(open_labkit, qtbot):
    view = open_labkit("demo_array").turn_to("protocol")
    take(qtbot, view, "iv_hysteresis")
    options = view.panel.options
    qtbot.waitUntil(options.which.isVisible, timeout=PATIENCE)
    assert options.which.currentText() == "all 100 cells"
    qtbot.waitUntil(
        lambda: view._workspace.request is not None and view._workspace.request.devices == ("all",), timeout=PATIENCE
    )
    view._workspace.devices_chosen.emit(("r1c1", "r2c2"))
    assert view._workspace.request.devices == ("r1c1", "r2c2")
    options.names.clear()
    qtbot.keyClicks(options.names, "r1c1 r99c1")
    assert "no such cell: r99c1" in options.told.text()


def test_the_protocol_in_hand_is_there_again_when_the_window_opens(open_labkit, qtbot):
    window = open_labkit()
    take(qtbot, window.turn_to("protocol"), "retention")
    window.close()
    view = open_labkit().turn_to("protocol")
    assert view.draft.sheet.source == "retention"


def test_a_text_that_is_not_saved_outlives_the_window(open_labkit, qtbot):
    window = open_labkit()
    view = window.turn_to("protocol")
    take(qtbot, view, "ppf_optical")
    studied(qtbot, view, lambda: replaced(view, "default: 1 s", "default: 2 s"))
    window.close()
    again = open_labkit().turn_to("protocol")
    assert "default: 2 s" in again.text.editor.toPlainText()
    assert again.draft.is_modified("ppf_optical")


def test_a_file_that_was_changed_elsewhere_is_read_again(protocol, qtbot, tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(protocol_text("ppf_optical")[0], encoding="utf-8")
    take(qtbot, protocol, str(path))
    take(qtbot, protocol, "retention")
    path.write_text(protocol_text("epsc_optical")[0], encoding="utf-8")
    take(qtbot, protocol, str(path))
    qtbot.waitUntil(lambda: protocol.panel.title.text() == "Excitatory postsynaptic current, optical", timeout=PATIENCE)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_keys_and_quantities_have_the_colours_of_the_theme(open_labkit, qtbot, choice):
    window = open_labkit()
    window._choose_theme(choice)
    view = window.turn_to("protocol")
    take(qtbot, view, "ppf_optical")
    block = view.text.editor.document().findBlockByNumber(16)
    colours = {
        block.text()[span.start : span.start + span.length].strip(): span.format.foreground().color().name()
        for span in block.layout().formats()
    }
    assert colours["width"] == window.workspace.theme.colours.accent
    assert colours["1 s"] == window.workspace.theme.colours.good
