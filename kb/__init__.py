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

from kb.authoring.add import AddResult, add
from kb.authoring.cite import cite
from kb.authoring.format import files_of, format_files
from kb.authoring.init import init
from kb.authoring.reanchor import Proposal, Reanchored, propose, reanchor
from kb.diff.change import Blast
from kb.diff.compare import compare_graphs
from kb.diff.retract import retract
from kb.diff.revision import read_revision
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
from kb.exports.rdf import FORMATS as EXPORT_FORMATS
from kb.exports.rdf import LOSSES as EXPORT_LOSSES
from kb.exports.rdf import export
from kb.files import write_atomic
from kb.finding import CitationsChecked, Commit, Coverage, FileChecked, Finding, Report, Rule, ShapeChecked
from kb.home import Home, find_home
from kb.model.dates import Bounds, bounds
from kb.model.derive import standing, standings
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, load_kb
from kb.model.sentences import Named, Part, Said, Several, Voice, own_voice, sentences
from kb.model.standing import Standing
from kb.mutate.run import mutate, read_allowed
from kb.mutate.verdict import Mutation, Verdict
from kb.progress import progress
from kb.rdf.canonical import label_blank_nodes, natural_key, write_turtle
from kb.rdf.curies import expand, short, short_iri
from kb.rdf.graph import Graph
from kb.report import FORMATS as REPORT_FORMATS
from kb.report import as_text as report_text
from kb.report.diff import BLAST_FORMATS
from kb.report.mutation import mutation_json, mutation_text
from kb.report.rules import explain, explain_all, rulebook
from kb.report.verification import fates_json, fates_text
from kb.shacl.rules import load_shapes, rule, rules
from kb.sparql.engine import Answer, ask, open_read_only, open_store, run, with_values
from kb.sparql.guard import QueryLimits, refuse
from kb.sparql.results import as_csv, as_json, as_table
from kb.sparql.saved import Param, SavedQuestion, bind, saved_question, saved_questions
from kb.sparql.stats import QUESTIONS as STATS_QUESTIONS
from kb.sparql.stats import Table, stats, stats_json, stats_text
from kb.sparql.writers import WRITERS as RESULT_WRITERS
from kb.sparql.writers import RowWriter, write_truth
from kb.terminal import visible
from kb.validation.baseline import Baseline, Entry, compare, read_baseline, shrink, write_baseline
from kb.validation.check import check
from kb.validation.thresholds import raise_floors
from kb.validation.watch import Glimpse, Stamps, changes, stamps, watch
from kb.verification.copies import find_texts
from kb.verification.verify import Verification, verify
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
