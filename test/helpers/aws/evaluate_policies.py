"""Answers, for each question on standard input, whether IAM would allow the request."""

import json
import sys

import z3
from iamprover.engine.context import Context
from iamprover.engine.encoder import allowed
from iamprover.engine.patterns import matches_any
from iamprover.model import Principal
from iamprover.parsers.iam import parse_policy_document


def policies(documents):
    return [parse_policy_document("", document) for document in documents]


def answer(question):
    principal = Principal("arn:aws:iam::123456789012:role/asked", policies(question["identity"]))
    action, resource, context = z3.String("action"), z3.String("resource"), Context()
    may = allowed(
        principal,
        action,
        resource,
        context,
        policies(question.get("resource", [])),
        policies(question.get("bounds", [])),
    )
    given = {key.lower(): value for key, value in question.get("context", {}).items()}
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(may)
    if "request" in question:
        asked_action, asked_resource = question["request"]
        # Patterns of actions are compared in lower case.
        solver.add(action == z3.StringVal(asked_action.lower()))
        solver.add(resource == z3.StringVal(asked_resource))
        for key, variable in context.string_vars.items():
            # A key that a request has not is equal to nothing.
            solver.add(variable == z3.StringVal(given.get(key, "\u0000absent")))
    else:
        # Whether there is any request at all outside of these.
        solver.add(z3.Not(matches_any(resource, question["outside"])))
    result = solver.check()
    if result == z3.unknown:
        raise SystemExit(f"no answer for {question}")
    if result == z3.unsat:
        return None
    model = solver.model()
    return [str(model.eval(value, model_completion=True)) for value in (action, resource)]


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
