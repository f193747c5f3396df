# Removes the services of one session when nobody uses it any more.
#
# usage: sh -c SCRIPT kai-e2e-reaper DIRECTORY GRACE ENGINE   with a pipe as standard input
#
# Every user of the session holds a shared lock on users.lock in DIRECTORY, and the kernel gives it up when the user ends,
# SIGKILL included. So the exclusive lock is free exactly when nobody is left. GRACE is how many seconds it must stay free:
# shared stacks outlast the gaps between test processes.
#
# This is started before there is anything, and makes DIRECTORY itself. It prints "armed", or "taken" when the session has
# a watcher already, or one line that says why it cannot work. Then it waits until its starter closes the pipe, having
# become a user, or having died before it came to that.
#
# ENGINE is the address of a container engine, or the word "processes".
#
# In DIRECTORY: each "container-…" stands for a container that was asked for, "session" is the name that the services carry,
# containers in a label and processes in their environment, "data" the path of the processes' data, "kept" means leave everything
# alone, "over" means that the owner has removed the services itself.

dir=$1
grace=$2
engine=$3

# PIPE: the starter may be dead before it hears the answer.
trap '' HUP INT PIPE
umask 077
unset DOCKER_CONTEXT
export DOCKER_HOST="$engine"
socket=${engine#unix://}

have() {
    command -v "$1" >/dev/null 2>&1
}

have flock || {
    echo "the command flock is missing (package util-linux)"
    exit 1
}
[ "$engine" = processes ] || have docker || { have curl && [ "$socket" != "$engine" ]; } || have podman || {
    echo "none of the commands docker, curl and podman is there to remove containers with"
    exit 1
}

# The processes of the session: those that carry its name in their environment; the children of Postgres, which write their
# titles over theirs, but work in its data directory; and those that were noted down but whose environment may not be read.
find_processes() {
    {
        grep -lzxF "KAI_E2E_SESSION=$session" /proc/[0-9]*/environ
        [ -z "$data" ] || for comm in $(grep -lxF postgres /proc/[0-9]*/comm); do
            case $(readlink "${comm%/comm}/cwd") in
                "$data"/*) echo "$comm" ;;
            esac
        done
        [ -z "$data" ] || for file in "$data"/*/pid; do
            pid=$(cat "$file") && [ -d "/proc/$pid" ] && ! cat "/proc/$pid/environ" >/dev/null &&
                grep -qxE 'temporal|postgres|typesense-serve' "/proc/$pid/comm" && echo "/proc/$pid/comm"
        done
    } 2>/dev/null | cut -d / -f 3 | sort -u
    return 0
}

# Postgres gets a moment to give back its shared memory, nobody else has anything to save.
end_processes() {
    for pid in "$@"; do
        if [ "$rounds" -lt 4 ] && grep -qxF postgres "/proc/$pid/comm"; then
            kill -QUIT "$pid"
        else
            kill -KILL "$pid"
        fi
    done 2>/dev/null
    sleep 0.1
}

# Containers by label, through whichever command reaches the engine; curl first, which is the quickest to start. A command
# that does not reach it fails; an empty answer is an answer. podman needs the address: without it, it would look at its own storage and find nothing.
find_containers() {
    if have curl && [ "$socket" != "$engine" ]; then
        answer=$(curl --silent --fail --max-time 30 --unix-socket "$socket" \
            "http://engine/containers/json?all=1&filters=%7B%22label%22%3A%5B%22org.kai-e2e.session%3D$session%22%5D%7D") && {
            printf '%s\n' "$answer" | tr ',' '\n' | sed -n 's/.*"Id":"\([0-9a-f]\{64\}\)".*/\1/p'
            return
        }
    fi
    if have docker; then
        docker ps --all --quiet --no-trunc --filter "label=org.kai-e2e.session=$session" && return
    fi
    have podman && podman --url "$engine" ps --all --quiet --no-trunc --filter "label=org.kai-e2e.session=$session"
}

# Errors are of no account: what counts is what is found next.
remove_containers() {
    if have curl && [ "$socket" != "$engine" ]; then
        for id in "$@"; do
            curl --silent --fail --max-time 30 --unix-socket "$socket" --request DELETE \
                "http://engine/containers/$id?force=1&v=1" &
        done
        wait
        return
    fi
    if have docker; then
        docker rm --force --volumes "$@" >/dev/null && return
    fi
    have podman && podman --url "$engine" rm --force --volumes "$@" >/dev/null
}

find_all() {
    if [ "$engine" = processes ]; then find_processes; else find_containers; fi
}

remove_found() {
    if [ "$engine" = processes ]; then end_processes "$@"; else remove_containers "$@"; fi
}

# How often there must be none in a row: the engine may still be making a container for a user that was killed. One that was asked
# for and has not been seen is waited for, for two seconds. A user's process that was about to become a service still holds the
# lock, so there is nothing to wait for where there is no engine.
enough() {
    if [ "$removed" -lt "${asked:-0}" ]; then echo 4; else echo 2; fi
}

remove_all() {
    again=0.7
    [ "$engine" != processes ] || again=0.1
    empty=0
    rounds=0
    seen=
    removed=0
    until [ "$empty" -ge "$(enough)" ]; do
        rounds=$((rounds + 1))
        if [ "$rounds" -gt 60 ]; then
            echo "gave up removing the services of session $session"
            exit 1
        fi
        if ids=$(find_all); then
            if [ -n "$ids" ]; then
                empty=0
                for id in $ids; do
                    case $seen in
                        *"$id"*) ;;
                        *) seen="$seen $id" removed=$((removed + 1)) ;;
                    esac
                done
                # shellcheck disable=SC2086
                remove_found $ids
            else
                empty=$((empty + 1))
                [ "$empty" -ge "$(enough)" ] || sleep "$again"
            fi
        else
            sleep 1
        fi
    done
}

# The watcher that was here before may be moving its directory away at this very moment. Without `command` a shell ends at once
# when it cannot open what is given to exec.
tries=0
until mkdir -p "$dir" && command exec 3>>"$dir/reaper.lock" 4>>"$dir/users.lock"; do
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || {
        echo "cannot write to $dir"
        exit 1
    }
done
flock -n -x 3 || {
    echo taken
    exit 0
}
# Somebody may have removed the directory between the two openings, and another may have made a new one.
[ "$dir/reaper.lock" -ef /dev/fd/3 ] && [ "$dir/users.lock" -ef /dev/fd/4 ] || {
    echo taken
    exit 0
}
echo armed 2>/dev/null
# Whatever takes its time is started without descriptor 3: should this be killed, its lock must not live on with a child, or
# nobody would take its place.
cat >/dev/null 3>&-
exec </dev/null
command exec >>"$dir/reaper.log" 2>&1 || exec >/dev/null 2>&1
# Remembered, because the directory may be deleted from outside. Another one under its name is another session's.
session=$(cat "$dir/session" 2>/dev/null)
[ "$dir/users.lock" -ef /dev/fd/4 ] || session=

while :; do
    flock -x 4 3>&- || exit 1
    if [ -e "$dir/kept" ]; then
        exit 0
    fi
    # A session that never came to be has nothing to outlast a gap for.
    if [ "$grace" = 0 ] || [ -e "$dir/over" ] || [ ! -e "$dir/session" ]; then
        break
    fi
    touch "$dir/idle"
    flock -u 4
    sleep "$grace" 3>&-
    if flock -n -x 4; then
        # Every user touches the lock when it comes; one that came and went within the grace counts too.
        if [ ! -e "$dir/kept" ] && [ ! "$dir/users.lock" -nt "$dir/idle" ]; then
            break
        fi
        flock -u 4
    fi
done

# With the exclusive lock, and only while the file under that name is the locked one, everything in the directory is ours.
# Otherwise somebody has deleted it, perhaps with the stack and perhaps not: what carries the session's name still is ours.
data=
asked=
if [ "$dir/users.lock" -ef /dev/fd/4 ]; then
    session=$(cat "$dir/session" 2>/dev/null)
    if [ "$engine" = processes ]; then
        data=$(cat "$dir/data" 2>/dev/null)
    else
        set -- "$dir"/container-*
        asked=$#
        [ -e "$1" ] || asked=0
    fi
else
    dir=
    [ -n "$session" ] || exit 0
    for base in "$KAI_E2E_DATA_DIR" /dev/shm "${TMPDIR:-/tmp}"; do
        [ ! -d "$base/kai-e2e-data-$session" ] || data=$base/kai-e2e-data-$session
    done
fi
# Nothing but the data directory of this very session is ever deleted.
case $data in
    /*/"kai-e2e-data-$session") ;;
    *) data= ;;
esac
if [ -n "$session" ] && { [ -z "$dir" ] || [ ! -e "$dir/over" ]; }; then
    (exec 3>&- && remove_all) || exit 1
fi
if [ -n "$data" ] && [ -d "$data" ]; then
    # A Postgres that was killed leaves a few bytes of shared memory, whose number stands in its file.
    segment=$(sed -n '7s/^ *[0-9]* *\([0-9]*\).*/\1/p' "$data/postgres/data/postmaster.pid" 2>/dev/null)
    [ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
    # A thread of a process that was killed may have made one more file meanwhile.
    rm -rf "$data" || { sleep 0.2 && rm -rf "$data"; }
fi

[ -n "$dir" ] || exit 0
# A newcomer may be waiting for the lock of this very file. Moving the directory away first makes it see, when it gets
# the lock, that the file is no longer the one under that name; deleting file by file could take its new one with it.
mv "$dir" "$dir.gone.$$" && rm -rf "$dir.gone.$$"
rmdir "${dir%/*}" 2>/dev/null
:
