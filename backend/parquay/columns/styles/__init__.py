"""Styles: other ways to write a type's canonical texts, each a one-to-one map between two kinds of text."""
