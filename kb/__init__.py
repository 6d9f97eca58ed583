"""The face of the library: what the command, the web application and other programs use. It imports and lists.

    load_kb, find_home            a base, and where its rooms are
    check, verify, mutate         what is wrong with it; where cited words stand now; what nobody would notice
    open_store, ask, as_table     a question in SPARQL and its answer; saved_question for one that is kept
    standings, stats              where each claim stands, and why; how many there are of what
    compare_graphs, retract       what a change does to the claims; what a withdrawal would
    export                        the base as RDF
    init, add, cite, reanchor, format_files, raise_floors, write_baseline      what makes and mends a base

Whatever can go wrong for a reader or a writer is a `KbError`: what, where, and what to do next.
"""

from kb.answer import as_csv, as_json, as_table, short, short_iri, visible
from kb.article import AddResult, add
from kb.baseline import Baseline, Entry, compare, read_baseline, shrink, write_baseline
from kb.blast import Blast, compare_graphs, retract
from kb.blast_report import BLAST_FORMATS
from kb.canon import label_blank_nodes, natural_key, write_turtle
from kb.check import check
from kb.cite import cite
from kb.copies import find_texts
from kb.dates import Bounds, bounds
from kb.derive import standing, standings
from kb.errors import (
    ArticleError,
    CannotLook,
    CiteError,
    HomeError,
    InputError,
    KbError,
    QueryError,
    QueryRefused,
    QueryStopped,
    TextError,
    TurtleError,
    UsageError,
)
from kb.explain import explain, explain_all, rulebook
from kb.export import FORMATS as EXPORT_FORMATS
from kb.export import LOSSES as EXPORT_LOSSES
from kb.export import export
from kb.fates import fates_json, fates_text
from kb.files import write_atomic
from kb.finding import (
    CitationsChecked,
    Commit,
    Coverage,
    FileChecked,
    Finding,
    Report,
    Rule,
    ShapeChecked,
)
from kb.floors import raise_floors
from kb.fmt import files_of, format_files
from kb.graph import Graph
from kb.home import Home, find_home
from kb.init import init
from kb.load import KnowledgeBase, LoadedFile, load_kb
from kb.mutate import Mutation, Verdict, mutate, mutation_json, mutation_text, read_allowed
from kb.progress import progress
from kb.query import (
    Answer,
    Param,
    QueryLimits,
    SavedQuestion,
    ask,
    bind,
    expand,
    refuse,
    run,
    saved_question,
    saved_questions,
    with_values,
)
from kb.reanchor import Proposal, Reanchored, propose, reanchor
from kb.report import FORMATS as REPORT_FORMATS
from kb.report import as_text as report_text
from kb.results import WRITERS as RESULT_WRITERS
from kb.results import RowWriter, write_truth
from kb.revision import read_revision
from kb.rules import load_shapes, rule, rules
from kb.standing import Named, Part, Said, Several, Standing, Voice, own_voice, sentences
from kb.stats import QUESTIONS as STATS_QUESTIONS
from kb.stats import Table, stats, stats_json, stats_text
from kb.store import open_read_only, open_store
from kb.verify import Verification, verify
from kb.vocab import (
    DCTERMS,
    DERIVED_GRAPH,
    EDTF,
    FC,
    GRAPHS,
    OA,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    ClosedNamespace,
)
from kb.watch import Glimpse, Stamps, changes, stamps, watch

__version__ = "0.1.0"

__all__ = [
    "BLAST_FORMATS",
    "DCTERMS",
    "DERIVED_GRAPH",
    "EDTF",
    "EXPORT_FORMATS",
    "EXPORT_LOSSES",
    "FC",
    "GRAPHS",
    "OA",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "REPORT_FORMATS",
    "RESULT_WRITERS",
    "SCHEMA",
    "SKOS",
    "STATS_QUESTIONS",
    "AddResult",
    "Answer",
    "ArticleError",
    "Baseline",
    "Blast",
    "Bounds",
    "CannotLook",
    "CitationsChecked",
    "CiteError",
    "ClosedNamespace",
    "Commit",
    "Coverage",
    "Entry",
    "FileChecked",
    "Finding",
    "Glimpse",
    "Graph",
    "Home",
    "HomeError",
    "InputError",
    "KbError",
    "KnowledgeBase",
    "LoadedFile",
    "Mutation",
    "Named",
    "Param",
    "Part",
    "Proposal",
    "QueryError",
    "QueryLimits",
    "QueryRefused",
    "QueryStopped",
    "Reanchored",
    "Report",
    "RowWriter",
    "Rule",
    "Said",
    "SavedQuestion",
    "Several",
    "ShapeChecked",
    "Stamps",
    "Standing",
    "Table",
    "TextError",
    "TurtleError",
    "UsageError",
    "Verdict",
    "Verification",
    "Voice",
    "__version__",
    "add",
    "as_csv",
    "as_json",
    "as_table",
    "ask",
    "bind",
    "bounds",
    "changes",
    "check",
    "cite",
    "compare",
    "compare_graphs",
    "expand",
    "explain",
    "explain_all",
    "export",
    "fates_json",
    "fates_text",
    "files_of",
    "find_home",
    "find_texts",
    "format_files",
    "init",
    "label_blank_nodes",
    "load_kb",
    "load_shapes",
    "mutate",
    "mutation_json",
    "mutation_text",
    "natural_key",
    "open_read_only",
    "open_store",
    "own_voice",
    "progress",
    "propose",
    "raise_floors",
    "read_allowed",
    "read_baseline",
    "read_revision",
    "reanchor",
    "refuse",
    "report_text",
    "retract",
    "rule",
    "rulebook",
    "rules",
    "run",
    "saved_question",
    "saved_questions",
    "sentences",
    "short",
    "short_iri",
    "shrink",
    "stamps",
    "standing",
    "standings",
    "stats",
    "stats_json",
    "stats_text",
    "verify",
    "visible",
    "watch",
    "with_values",
    "write_atomic",
    "write_baseline",
    "write_truth",
    "write_turtle",
]
