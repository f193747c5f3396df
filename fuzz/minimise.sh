#!/bin/sh
# Takes over from fuzz/target/corpus what covers more than fuzz/corpus does, smallest inputs first, up to 200 a target.
#
#   fuzz/minimise.sh [TARGET…]
set -eu
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- deliveries sse stream
cargo build --release --quiet
programs=target/$(rustc -vV | sed -n 's/^host: //p')/release
for target in "$@"; do
    merged=target/merged/$target
    rm -rf "$merged"
    mkdir -p "$merged" "target/corpus/$target"
    # Features, not edges alone, would keep thousands: each count of a loop is one.
    "$programs/$target" -merge=1 -use_counters=0 -use_value_profile=0 "$merged" "corpus/$target" "target/corpus/$target" 2>/dev/null
    for input in "corpus/$target"/found-*; do
        [ ! -e "$input" ] || rm "$input"
    done
    kept=$(ls "corpus/$target" | wc -l)
    ls -Sr "$merged" | head -n $((200 - kept)) | while read -r name; do
        # The seeds are in it under the names of their digests.
        digest=$(sha1sum <"$merged/$name")
        sha1sum "corpus/$target"/* | grep -q "^${digest%% *}" || cp "$merged/$name" "corpus/$target/found-$(echo "$name" | cut -c1-12)"
    done
    echo "$target: $(ls "corpus/$target" | wc -l) inputs, $(du -sb "corpus/$target" | cut -f1) bytes"
done
