package org.todoku.backup.volume;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.stream.Stream;
import org.apache.derby.impl.store.access.btree.OpenBTree;

/**
 * Mends a fault of Derby 10.17.1.0 before Derby loads the classes that have it (docs/adr/0020).
 *
 * <p>When Derby takes deleted rows out of a leaf of an index (a purge), nobody may use the freed
 * room before the end of the purge is in the log; its own comments say so. But {@code
 * BTreePostCommit.performWork} and {@code BTreeController.start_xact_and_dosplit} close the index,
 * which lets go of the leaf, and commit then. A crash that cuts the log between another thread's
 * row in that room and the commit leaves a database that does not boot (XSDB0). Here the early
 * {@code close()} is left out: the commit that follows closes the index, after its own record is in
 * the log.
 */
final class LatchedPurge {
    private static final String BTREE = "org/apache/derby/impl/store/access/btree/";

    /** All closes before the commit: in the normal way and on the two ways out by a failure. */
    private static final MendedClass IN_BACKGROUND = flaw("BTreePostCommit", "performWork", 3, 3);

    /** The first only: the second comes after a split, which commits by its own rules. */
    private static final MendedClass IN_AN_INSERT =
            flaw("BTreeController", "start_xact_and_dosplit", 2, 1);

    private static final boolean APPLIED =
            Stream.of(IN_BACKGROUND, IN_AN_INSERT).filter(MendedClass::define).count() == 2;

    private LatchedPurge() {}

    /**
     * Mends Derby if it was not done yet; to be called before Derby boots a database.
     *
     * @return whether Derby in this process is mended
     */
    static boolean install() {
        return APPLIED;
    }

    private static MendedClass flaw(String type, String method, int closes, int leftOut) {
        return new MendedClass(
                OpenBTree.class,
                type,
                method,
                model -> {
                    long found = model.methods().stream().mapToLong(m -> closes(m, method)).sum();
                    return found == closes ? "" : "it looks different: %d closes".formatted(found);
                },
                () -> withoutClose(leftOut),
                "a crash in the middle of a purge may leave a database that must be restored from"
                        + " the archive");
    }

    /** The index stays on the stack's top no longer, and the places of all instructions stay. */
    private static CodeTransform withoutClose(int leftOut) {
        int[] seen = {0};
        return (code, element) -> {
            if (isClose(element) && seen[0]++ < leftOut) {
                code.pop().nop().nop();
            } else {
                code.with(element);
            }
        };
    }

    private static long closes(MethodModel found, String method) {
        if (!found.methodName().equalsString(method)) {
            return 0;
        }
        return found.code().stream()
                .flatMap(code -> code.elementStream())
                .filter(LatchedPurge::isClose)
                .count();
    }

    private static boolean isClose(CodeElement element) {
        return element instanceof InvokeInstruction call
                && call.owner().asInternalName().equals(BTREE + "OpenBTree")
                && call.name().equalsString("close");
    }
}
