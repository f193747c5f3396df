# Ends processes when the one that holds them has gone.
#
# usage: sh -c SCRIPT kai-e2e-leash MARK   with a pipe as standard input
#
# What is held carries KAI_E2E_LEASH=MARK in its environment, and so does everything that it starts, whichever process group
# and session that moves to. The holder writes the process group that it has begun into the pipe, for systems that do not show
# the environment of processes, and keeps the pipe open; the kernel closes it when the holder ends, SIGKILL included.

mark=$1
trap '' HUP INT PIPE
echo armed 2>/dev/null
group=$(cat)
exec </dev/null >/dev/null 2>&1

if ! [ -r /proc/self/environ ]; then
    [ -z "$group" ] || kill -KILL -- "-$group"
    exit
fi
# Until nothing was found twice: one that was about to become another program has no environment for an instant.
empty=0
rounds=0
while [ "$empty" -lt 2 ] && [ "$rounds" -lt 60 ]; do
    rounds=$((rounds + 1))
    found=$(grep -lzxF "KAI_E2E_LEASH=$mark" /proc/[0-9]*/environ | cut -d / -f 3)
    if [ -n "$found" ]; then
        empty=0
        # shellcheck disable=SC2086
        kill -KILL $found
    else
        empty=$((empty + 1))
    fi
    sleep 0.1
done
