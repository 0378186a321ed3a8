"""Writes what is generated and checked in: JSON Schema, AsyncAPI, OpenAPI, TypeScript types, tables of the documents."""
