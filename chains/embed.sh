#!/bin/sh
# Writes the built-in copies of the chain files: Sources/ChainRegistry/Embedded/. Run after editing a file here;
# the test "built-in chain files equal the files" fails until then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../Sources/ChainRegistry/Embedded"
rm -rf "$out"
mkdir -p "$out"
index="$out/EmbeddedChains.swift"
{
    echo "// Made by chains/embed.sh; do not edit."
    echo
    echo "/// The chain files as they were when the program was built, by name."
    echo "enum EmbeddedChains {"
    echo "    static let files: [String: String] = ["
} > "$index"
for file in "$here"/*.toml; do
    name=$(basename "$file" .toml)
    echo "        \"$name\": $name," >> "$index"
    {
        echo "// Made by chains/embed.sh from chains/$name.toml; do not edit."
        echo
        echo "extension EmbeddedChains {"
        echo "    static let $name = #\"\"\""
        sed 's/^\(.\)/        \1/' "$file"
        echo
        echo "        \"\"\"#"
        echo "}"
    } > "$out/$name.swift"
done
{
    echo "    ]"
    echo "}"
} >> "$index"
