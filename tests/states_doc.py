"""``docs/states.md``, drawn from the order's states and moves: ``python -m tests.states_doc`` writes it anew."""

from pathlib import Path

from aftersales.domain.accounts.permissions import Role, roles_for
from aftersales.domain.service_orders.states import (
    CLOSED,
    LANES,
    MOVES,
    STANDING_TASKS,
    Lane,
    Move,
    OrderState,
)
from aftersales.i18n import label

PATH = Path(__file__).resolve().parents[1] / "docs" / "states.md"

INTRODUCTION = """\
# The service order's states

Drawn from `aftersales/domain/service_orders/states.py` by `python -m tests.states_doc`; a test holds it current.

An order changes its state by one of the moves below and by nothing else. A move asks who (the permission and the
roles that have it), from where, and that each guard holds; it leaves a row in the timeline, an entry in the audit and
the tasks of the new state. A refused move changes nothing and says what to do.

On hold is a flag with a reason, never a state; a car on hold stands in the lane “Waiting”.
"""


def words(member: OrderState | Lane | Role) -> str:
    return str(label(member))


def draw() -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, diagram(), "## Moves\n", moves(), "", "## Guards\n", guards(), "",
                      "## Tasks that stand while an order is in a state\n", tasks(), "",
                      "## Lanes of the board\n", lanes(), ""])  # fmt: skip


def diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value} : {words(state)}" for state in OrderState]
    for move in MOVES.values():
        for source in move.sources:
            for target in move.targets:
                lines.append(f"    {source.value if source else '[*]'} --> {target.value} : {spoken(move)}")
    lines += [f"    {state.value} --> [*]" for state in OrderState if state in CLOSED]
    return "\n".join([*lines, "```", ""])


def spoken(move: Move) -> str:
    return move.name.replace("_", " ")


def moves() -> str:
    lines = [
        "| move | from | to | permission | roles | guards | besides |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for move in MOVES.values():
        sources = ", ".join(words(source) if source else "(new)" for source in move.sources)
        to = words(move.target)
        if move.detour:
            to += f"; {words(move.detour[0])} while not: {move.detour[1].name}"
        roles = ", ".join(words(role) for role in Role if role in roles_for(move.verb))
        besides = "; ".join(
            [*(["needs a reason"] if move.needs_reason else []),
             *([f"clears {', '.join(f'`{fact}`' for fact in move.clears)}"] if move.clears else [])]
        )  # fmt: skip
        guards = "; ".join(guard.name for guard in move.guards)
        lines.append(
            f"| {spoken(move)} | {sources} | {to} | `{move.verb}` | {roles} | {guards or '–'} | {besides or '–'} |"
        )
    return "\n".join(lines)


def guards() -> str:
    found = {guard.name: guard for move in MOVES.values() for guard in move.guards}
    found |= {move.detour[1].name: move.detour[1] for move in MOVES.values() if move.detour}
    lines = ["| guard | what the person reads when it does not hold |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {guard.sentence} |" for name, guard in found.items())])


def tasks() -> str:
    lines = ["| state | task | role | due |", "| --- | --- | --- | --- |"]
    for state, standing in STANDING_TASKS.items():
        due = f"setting `{standing.due_setting}`" if standing.due_setting else f"{standing.due_minutes} min"
        lines.append(f"| {words(state)} | {label(standing.type)} | {words(standing.role)} | {due} |")
    return "\n".join(lines)


def lanes() -> str:
    lines = ["| lane | states |", "| --- | --- |"]
    for lane in Lane:
        lines.append(
            f"| {words(lane)} | {', '.join(words(state) for state in OrderState if LANES.get(state) is lane)} |"
        )
    return "\n".join(lines)


def main() -> None:
    from flask import Flask
    from flask_babel import Babel

    app = Flask("states")
    Babel(app)
    with app.test_request_context():
        PATH.write_text(draw(), encoding="utf-8")
    print(f"{PATH.name} is written.")


if __name__ == "__main__":
    main()
