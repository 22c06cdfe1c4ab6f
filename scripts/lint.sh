#!/usr/bin/env bash
# Layers (the manifest refuses an upward import), sizes and purity (lint.py), links of the docs (check-links.py), format (swift-format).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
echo "lint: layers"
swift package dump-package >/dev/null
echo "lint: sizes, purity"
python3 scripts/lint.py
echo "lint: links"
python3 scripts/check-links.py
echo "lint: format"
git ls-files -co --exclude-standard -- '*.swift' | while read -r file; do [ -e "$file" ] && printf '%s\0' "$file"; done \
  | xargs -0 swift format lint --strict --configuration .swift-format
echo "lint: clean"
