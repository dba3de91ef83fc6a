# Sourced by the launchers: find_jdk sets JAVA_HOME to a JDK 25 (JAVA_HOME, then PATH, then
# /usr/lib/jvm) or says what to install.

is_jdk_25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
        grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

find_jdk() {
    local candidate java
    if [ -n "${JAVA_HOME:-}" ] && is_jdk_25 "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi
    if java=$(command -v java 2>/dev/null); then
        candidate=$(dirname "$(dirname "$(readlink -f "$java")")")
        if is_jdk_25 "$candidate"; then
            export JAVA_HOME=$candidate
            return 0
        fi
    fi
    for candidate in "${TODOKU_JVM_DIR:-/usr/lib/jvm}"/*; do
        if is_jdk_25 "$candidate"; then
            export JAVA_HOME=$candidate
            return 0
        fi
    done
    cat >&2 <<'EOT'
todoku: no JDK 25 found (looked at JAVA_HOME, java on the PATH and /usr/lib/jvm).
Hint: install one. Temurin 25 (package temurin-25-jdk) or your system's openjdk-25-jdk both do;
then run this again, or set JAVA_HOME to where it lies.
EOT
    return 1
}
