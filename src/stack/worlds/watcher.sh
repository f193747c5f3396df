# Removes the worlds (databases and collections) of processes that have ended, from a stack that stays.
#
# usage: sh -c SCRIPT kai-e2e-worlds DIRECTORY
#
# In DIRECTORY/worlds: every process that has worlds holds the lock of a file ID.tenant, and the kernel gives it up when the
# process ends, SIGKILL included. Names of worlds are world_ID_NUMBER; databases are called so, and names of collections
# begin with that and an underscore. ID.kept lists worlds that are to stay. "target" says where the services are.
#
# It prints "armed", or "taken" when another one watches already, or one line that says why it cannot work. It ends when
# nobody has worlds any more, or when DIRECTORY is gone: it holds no lock that keeps a stack alive.

dir=$1
worlds=$dir/worlds

trap '' HUP INT PIPE
umask 077

have() {
    command -v "$1" >/dev/null 2>&1
}

read_target() {
    while IFS='=' read -r name value; do
        case $name in
        engine) engine=$value ;;
        container) container=$value ;;
        host) host=$value ;;
        port) port=$value ;;
        user) user=$value ;;
        password) password=$value ;;
        psql) psql=$value ;;
        libraries) libraries=$value ;;
        typesense) typesense=$value ;;
        key) key=$value ;;
        esac
    done <"$worlds/target" || return 1
    # That of the server's own installation, where it has one.
    have "$psql" || psql=psql libraries=
}

for needed in flock curl; do
    have "$needed" || {
        echo "the command $needed is missing; it is needed to remove the databases and collections of tests that were killed"
        exit 1
    }
done
read_target || {
    echo "cannot read $worlds/target"
    exit 1
}
have "$psql" || { [ -n "$container" ] && { have docker || have podman; }; } || {
    echo "the command psql is neither in PATH nor where the server's own programs are; it is needed to remove databases"
    exit 1
}

# Everything that may hang is started without the lock (descriptor 7), and so is whoever waits for it, so that neither can outlive
# this as a watcher. Without `command` a shell ends at once when it cannot open what is given to exec.
command exec 7>>"$worlds/watcher.lock" || {
    echo "cannot write to $worlds"
    exit 1
}
flock -n -x 7 && [ "$worlds/watcher.lock" -ef /dev/fd/7 ] || {
    echo taken
    exit 0
}
echo armed 2>/dev/null
exec </dev/null
command exec >>"$worlds/watcher.log" 2>&1 || exec >/dev/null 2>&1

# Runs statements, one an argument, as the superuser; through the server's own container where there is one, because psql
# is there for sure.
sql() {
    for statement; do
        set -- "$@" -c "$statement"
        shift
    done
    set -- -X -q -A -t -U "$user" -d postgres "$@"
    if [ -n "$container" ] && have docker; then
        DOCKER_CONTEXT='' DOCKER_HOST="$engine" timeout 30 docker exec "$container" psql "$@"
    elif [ -n "$container" ] && have podman; then
        timeout 30 podman --url "$engine" exec "$container" psql "$@"
    else
        PGHOST=$host PGPORT=$port PGPASSWORD=$password \
            timeout 30 env ${libraries:+"LD_LIBRARY_PATH=$libraries"} "$psql" "$@"
    fi
}

# One request to Typesense, with curl's arguments. The key goes by standard input: arguments are there for all to see.
typesense() {
    printf 'X-TYPESENSE-API-KEY: %s\n' "$key" | curl --silent --show-error --fail --noproxy '*' --max-time 60 --header @- "$@"
}

# Names on standard input; gives those that do not belong to a world that is to stay.
unkept() {
    while read -r name; do
        keep=
        if [ -e "$worlds/$1.kept" ]; then
            while read -r kept; do
                case $name in
                "$kept" | "$kept"_*) keep=1 ;;
                esac
            done <"$worlds/$1.kept"
        fi
        [ -n "$keep" ] || echo "$name"
    done
}

# Removes what is found of one process, and fails unless there was nothing.
remove() {
    # A copy that is being made shows only when it is done: it is ended first, and what it came to is looked for again.
    databases=$(exec 7>&- && sql "SELECT DISTINCT 'world_$1_unfinished' FROM pg_stat_activity
                     WHERE CASE WHEN state = 'active' AND starts_with(query, 'CREATE DATABASE \"world_$1_')
                                THEN pg_terminate_backend(pid) ELSE false END" \
        "SELECT datname FROM pg_database WHERE starts_with(datname::text, 'world_$1_')") || return 1
    collections=$(exec 7>&- && typesense "$typesense/collections") || return 1
    databases=$(printf '%s\n' "$databases" | sed '/^$/d' | unkept "$1")
    collections=$(printf '%s' "$collections" | grep -o "\"name\": *\"world_$1_[^\"]*\"" | cut -d '"' -f 4 | unkept "$1")
    [ -n "$databases$collections" ] || return 0
    set --
    for database in $databases; do
        set -- "$@" "DROP DATABASE IF EXISTS $database WITH (FORCE)"
    done
    (exec 7>&- && { [ $# = 0 ] || sql "$@"; }) &
    dropping=$!
    set --
    for collection in $collections; do
        set -- "$@" "$typesense/collections/$collection"
    done
    [ $# = 0 ] || (exec 7>&- && typesense --request DELETE "$@") >/dev/null
    wait "$dropping"
    return 1
}

# Until nothing was found twice: a server may still be busy with a request of the process that was killed.
remove_all() {
    empty=0
    rounds=0
    until [ "$empty" = 2 ]; do
        rounds=$((rounds + 1))
        [ "$rounds" -le 60 ] || return 1
        if remove "$1"; then
            empty=$((empty + 1))
        else
            empty=0
        fi
        # The stack may go in the meantime, and everything with it.
        [ -e "$worlds/target" ] || exit 0
        [ "$empty" = 2 ] || sleep 0.3
    done
}

idle=0
while [ -d "$worlds" ]; do
    idle=$((idle + 1))
    for tenant in "$worlds"/*.tenant; do
        [ -e "$tenant" ] || continue
        idle=0
        {
            if flock -n -x 8; then
                id=${tenant##*/}
                id=${id%.tenant}
                read_target
                if remove_all "$id"; then
                    rm -f "$tenant"
                else
                    echo "gave up removing the worlds of $id"
                fi
            fi
        } 8<"$tenant"
    done
    # Nobody for two looks: a run of many short processes should not start a watcher for each.
    if [ "$idle" -ge 2 ]; then
        command exec 9>>"$worlds/register.lock" || exit 0
        flock -w 5 -x 9 || continue
        set -- "$worlds"/*.tenant
        [ -e "$1" ] || exit 0
        exec 9>&-
    fi
    sleep 0.5
done
