"""Find the statements of a notebook that its exercises need.

A hand-in is graded by its exercises, not by the minutes of training between them. So a notebook is
taken apart into its top-level statements, and of these are kept, in their order: each call of
``check``, what binds a name that a kept statement uses, what changes such a name's object in place,
and what may bind anything (``exec``, a star import, ``%run``). Where the analysis doubts, it keeps.

Which names a statement uses and binds is asked of `symtable`, the compiler's own table of scopes: a
parameter called ``pictures`` is not the notebook's ``pictures``.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

# What may bind any name, or change any object, without naming it.
ANYTHING = {"exec", "eval", "globals", "locals", "vars", "setattr"}
METHODS = {"run_code", "push", "ex"}  # of IPython's shell; a function called push is no such thing
LOOKUPS = {"exec", "eval", "globals", "locals", "vars"}  # what may read any name by its text
MAGICS = {"run", "load_ext", "reload_ext", "writefile", "file"}
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}  # they run where they stand
HARMLESS = frozenset(dir(builtins)) - ANYTHING | {"display"}  # functions that change no argument


@dataclass
class Statement:
    """One top-level statement of a notebook.

    Attributes
    ----------
    cell : int
        The number of its code cell, from 1.
    tree : ast.stmt
        Its syntax tree.
    uses, later : set of str
        The notebook's names that it reads as it runs, and that functions in it read when called.
    binds, surely, changes : set of str
        The names that it may bind, that it binds in any case, and whose objects it may change.
    imports, calls : set of str
        The names that it binds by an import, and those that a call begins with, as in
        ``name.method()``: the method of an object may change it, the function of a module does
        not, but for what is called ``seed`` or ``set...``.
    within : set of str
        The names whose objects its functions may change when they are called.
    names : set of str
        The exercises that it names.
    checks : bool
        Whether it calls check, by that or another name or by a function that does.
    checkers : set of str
        What it calls check by: ``clipkit`` of ``clipkit.exercises.check(...)``.
    anything : bool
        Whether it may bind any name.
    """

    cell: int
    tree: ast.stmt
    uses: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    surely: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    within: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    checks: bool = False
    checkers: set[str] = field(default_factory=set)
    anything: bool = False


def statement(cell: int, tree: ast.stmt, exercises: Collection[str]) -> Statement:
    """Take one top-level statement apart.

    >>> tree = ast.parse("for row in rows: best.append(max(row, key=score))").body[0]
    >>> found = statement(1, tree, [])
    >>> sorted(found.uses), sorted(found.binds), sorted(found.calls)
    (['best', 'max', 'row', 'rows', 'score'], ['row'], ['best'])
    """
    made = Statement(cell, tree)
    _scope(symtable.symtable(ast.unparse(tree), "cell", "exec"), made)
    made.surely = _surely(tree) & made.binds
    made.uses.discard("get_ipython")
    looked_up = {name.split(".")[-1] for name in exercises}
    looks_up = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            made.names |= {node.value} & set(exercises)
            looked_up |= set(re.findall(r"[^\W\d]\w*", node.value))
        made.anything |= isinstance(node, ast.alias) and node.name == "*"
        if isinstance(node, ast.Call):
            name = _last(node.func)
            made.checks |= name == "check"
            made.checkers |= _root(node.func) if name == "check" else set()
            method = isinstance(node.func, ast.Attribute)  # model.eval() evaluates no text
            made.anything |= name in (METHODS | ANYTHING - {"eval"} if method else ANYTHING)
            made.anything |= _magic(node) in MAGICS
            looks_up |= name in LOOKUPS and not method
            if _magic(node) not in {None, *MAGICS}:  # the text of %time or %%time is code
                _merge(made, statements_of([(cell, _body(node))], exercises))
    for node in _outside_functions(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            made.changes |= _root(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            _call(node.value, made)
        if isinstance(node, ast.alias):
            made.imports.add((node.asname or node.name).split(".")[0])
    if looks_up:  # globals()["unit"], eval("unit(v)"): a name may stand in a text
        made.later |= looked_up
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        made.within = _changed_within(tree) & made.later
    return made


def _changed_within(tree: ast.AST) -> set[str]:
    """Return the names at the left end of what a function assigns to or calls a method of."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found |= _root(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= _root(node.value.func) if isinstance(node.value.func, ast.Attribute) else set()
    return found


def _call(call: ast.Call, made: Statement) -> None:
    """Note the names whose objects a call, as a statement of its own, may change."""
    name = _last(call.func)
    if isinstance(call.func, ast.Name) and name in HARMLESS:
        return
    made.changes |= {item.id for item in call.args if isinstance(item, ast.Name)}
    if isinstance(call.func, ast.Attribute):
        settings = name.startswith("set") or "seed" in name
        (made.changes if settings else made.calls).update(_root(call.func))


def _merge(made: Statement, parts: list[Statement]) -> None:
    """Give a statement what its parts do."""
    for part in parts:
        for what, names in vars(part).items():
            if isinstance(names, set) and what != "surely":
                getattr(made, what).update(names)
        made.checks |= part.checks
        made.anything |= part.anything


def _scope(
    table: symtable.SymbolTable, made: Statement, inside: bool = False, later: bool = False
) -> None:
    """Sort the names of a scope, and of those inside it, that belong to the notebook."""
    later = later or (table.get_type() == "function" and table.get_name() not in COMPREHENSIONS)
    for symbol in table.get_symbols():
        if inside and not symbol.is_global():
            continue
        if symbol.is_referenced():
            (made.later if later else made.uses).add(symbol.get_name())
        if symbol.is_assigned() or symbol.is_imported():
            made.binds.add(symbol.get_name())
    for inner in table.get_children():
        _scope(inner, made, True, later)


def _surely(tree: ast.stmt) -> set[str]:
    """Return the names that a statement binds whatever happens, unless it fails."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {tree.name}
    if isinstance(tree, ast.Import | ast.ImportFrom):
        return {(item.asname or item.name).split(".")[0] for item in tree.names}
    targets = tree.targets if isinstance(tree, ast.Assign) else []
    return {node.id for target in targets for node in ast.walk(target)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip


def _magic(node: ast.AST) -> str | None:
    """Return the name of the IPython magic that a call stands for, None if it stands for none."""
    if not isinstance(node, ast.Call) or _last(node.func) not in (
        "run_line_magic",
        "run_cell_magic",
    ):
        return None
    texts = [item.value for item in node.args if isinstance(item, ast.Constant)]
    return texts[0] if texts and isinstance(texts[0], str) else None


def _body(call: ast.Call) -> str:
    """Return the text of a line behind a magic, or of a cell under one."""
    text = call.args[-1]
    return text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs when the statement runs: everything but the bodies of functions."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _outside_functions(child)


def _last(function: ast.expr) -> str:
    """Return the last name of what is called, "" if it has none."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _root(node: ast.expr) -> set[str]:
    """Return the name at the left end of ``name.a[1].b``, in a set; none if it starts otherwise."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def needed(statements: list[Statement], answers: Collection[int]) -> list[int]:
    """Return the numbers of the statements that those numbered `answers` need, and of these.

    What a statement uses was bound by the last one before it that binds the name in any case, and
    may have been bound or changed by others since. What a function uses may also be bound or
    changed later, before the last answer.
    """
    last = max(answers, default=-1)
    binds = _binds(statements)
    changes = _changes(statements)
    todo = sorted({*answers, *(i for i, made in enumerate(statements[:last]) if made.anything)})
    kept = set(todo)

    def touched(name: str, places: Iterable[int]) -> Iterator[int]:
        for place in places:
            if name in binds[place] or name in changes[place]:
                yield place
            if name in statements[place].surely:
                return

    while todo:
        place = todo.pop()
        made = statements[place]
        more = {i for name in made.uses | made.later for i in touched(name, range(place)[::-1])}
        for name in made.later:
            more |= {i for i in range(place + 1, last) if name in binds[i] | changes[i]}
        todo += more - kept
        kept |= more
    return sorted(kept)


def _changes(statements: list[Statement]) -> list[set[str]]:
    """Return for each statement the names whose objects it may change."""
    modules = set().union(*(made.imports | made.checkers for made in statements))
    within = {name: made.within - modules for made in statements if made.within
              for name in made.surely}  # fmt: skip
    return [set() if made.checks else
            (made.changes | made.calls - modules).union(
                *(within[name] for name in made.uses & within.keys()))
            for made in statements]  # fmt: skip


def _binds(statements: list[Statement]) -> list[set[str]]:
    """Return for each statement the names it may bind, by itself or by a function it mentions."""
    of = {}
    for made in statements:
        if isinstance(made.tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            declared = {name for node in ast.walk(made.tree) if isinstance(node, ast.Global)
                        for name in node.names}  # fmt: skip
            of[made.tree.name] = declared & made.binds
    return [made.binds.union(*(of[name] for name in made.uses & of.keys())) for made in statements]


def statements_of(cells: Iterable[tuple[int, str]], exercises: Collection[str]) -> list[Statement]:
    """Return the statements of code cells, each given as (number, source in plain Python).

    A cell that is no Python is passed over, as a notebook does.
    """
    found = []
    for number, source in cells:
        try:
            trees = ast.parse(source).body
            found += [statement(number, tree, exercises) for tree in trees]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    checkers: set[str] = set()
    for made in found:
        made.checks |= bool(checkers & (made.uses | made.later))
        checkers |= _stands_for_check(made)
    return found


def _stands_for_check(made: Statement) -> set[str]:
    """Return the names by which a statement lets others call check."""
    tree = made.tree
    if isinstance(tree, ast.ImportFrom):
        return {item.asname or item.name for item in tree.names if item.name == "check"}
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return made.surely if made.checks else set()
    if isinstance(tree, ast.Assign):
        wraps = made.checks and isinstance(tree.value, ast.Lambda)
        return made.surely if wraps or _last(tree.value) == "check" else set()
    return set()
