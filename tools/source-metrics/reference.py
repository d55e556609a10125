#!/usr/bin/env python3
"""Reference counts for the source metrics of src/iron/metrics, by other means than its own.

    apt-get install radon python3-pygments
    /usr/bin/python3 tools/source-metrics/reference.py FILE...

prints, as JSON by file: radon's own Halstead totals and source lines, and lines of code by pygount's
rule, taken over pygments' tokens as pygount does (pygount itself is no Debian package). Of TypeScript
(.ts, .ts.txt), which radon does not read, only the lines of code.

The committed expectations come from Debian 12: radon 5.1.0, pygments 2.14.0, Python 3.11.2.
"""
import json
import sys

from pygments.lexers import PythonLexer, TypeScriptLexer
from pygments.token import Comment, String
from radon.metrics import h_visit
from radon.raw import analyze

WHITE = " \f\n\r\t(),:;[]{}"


def code_lines(text, lexer, white_words):
    """Lines with a token that is neither comment nor string nor made of white signs alone."""
    lines, has_code = 0, False
    for kind, value in lexer.get_tokens(text):
        for piece in value.splitlines(keepends=True):
            counts = kind not in Comment and kind not in String
            if counts and piece.strip() not in white_words and piece.strip(WHITE) != "":
                has_code = True
            if piece.endswith("\n"):
                lines += has_code
                has_code = False
    return lines + has_code


def measured(path):
    with open(path, encoding="utf-8", newline=None) as file:
        text = file.read()
    if not path.endswith(".py"):
        return {"sloc": code_lines(text, TypeScriptLexer(), ())}
    total = h_visit(text).total
    return {
        "sloc": code_lines(text, PythonLexer(), ("pass",)),
        "radonSloc": analyze(text).sloc,
        "distinctOperators": total.h1,
        "distinctOperands": total.h2,
        "operators": total.N1,
        "operands": total.N2,
        "vocabulary": total.vocabulary,
        "length": total.length,
        "calculatedLength": total.calculated_length,
        "volume": total.volume,
        "difficulty": total.difficulty,
        "effort": total.effort,
        "time": total.time,
        "bugs": total.bugs,
    }


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)
    json.dump({path: measured(path) for path in sys.argv[1:]}, sys.stdout, indent=2)
    print()
