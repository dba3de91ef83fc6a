# Sourced by ./todoku and ./todoku-migrate: builds once if needed, then runs a module's main class.
# Usage: run_module MODULE JAR MAIN-CLASS "$@"

needs_build() {
    local stamp=$root/target/built
    [ -z "${TODOKU_BUILDING:-}" ] || return 1
    [ -f "$stamp" ] && [ -f "$1" ] || return 0
    [ -n "$(find "$root"/pom.xml "$root"/{backup,appliance,migrate-tool}/pom.xml \
        "$root"/{backup,appliance,migrate-tool}/src/main -newer "$stamp" -type f -print -quit)" ]
}

run_module() {
    local module=$1 jar=$root/$1/target/$2 main=$3 log
    shift 3
    find_jdk || exit 1
    if needs_build "$jar"; then
        echo "todoku: building once (about a minute; the first time it also fetches libraries) …" >&2
        log=$root/target/launcher-build.log
        mkdir -p "$root/target"
        if ! "$root/build" --quiet -DskipTests -pl migrate-tool -am package >"$log" 2>&1; then
            tail -n 30 "$log" >&2
            echo "todoku: the build failed; the whole output is in $log" >&2
            exit 1
        fi
        touch "$root/target/built"
    fi
    # PerfDisableSharedMem, Xlog:async: no mapped counter and no log line may wait for a stuck disk.
    exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:+PerfDisableSharedMem -Xlog:async \
        -XX:+ExitOnOutOfMemoryError -Dfile.encoding=UTF-8 --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow ${TODOKU_JAVA_OPTS:-} \
        -cp "$jar:$root/$module/target/lib/*" "$main" "$@"
}
