package org.todoku.backup.volume;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.apache.derby.iapi.store.raw.PageKey;
import org.apache.derby.iapi.store.raw.log.LogInstant;
import org.apache.derby.impl.store.raw.data.RecordId;

/**
 * Mends a second fault of Derby 10.17.1.0 (docs/adr/0020): a crash in the middle of an index's
 * first growth.
 *
 * <p>When the root of an index is full, its rows move to a new leaf (for the root, a purge), and
 * its control row becomes that of a branch, which is a few bytes longer. The undo of that makes the
 * control row short again but keeps the bytes as its reserve; so there is less room than before,
 * and when the root was full to the last byte, the undo of the purge finds no place for the last
 * row: the database does not boot (XSDB0). Here the reserve is given back first. It was made by the
 * growth that is being undone, so that nobody else can need it.
 */
public final class UndoneGrowth {
    private static final String DATA = "org.apache.derby.impl.store.raw.data.";
    private static final int UNDO_PAGE = 2;
    private static final int CLR_INSTANT = 3;

    /** Derby ends the numbers of its indexes with this digit, those of its tables with 0. */
    private static final int INDEX = 1;

    private static final long ROOT = 1;

    private static final MendedClass PURGE =
            new MendedClass(
                    RecordId.class,
                    "PurgeOperation",
                    "undoMe",
                    model -> "",
                    UndoneGrowth::roomFirst,
                    "a crash while an index grows beyond its first page may leave a database that"
                            + " must be restored from the archive");

    private static final boolean APPLIED = PURGE.define();

    private UndoneGrowth() {}

    /** As {@link LatchedPurge#install()}. */
    static boolean install() {
        return APPLIED;
    }

    /**
     * Called by Derby before it undoes a purge, and again when that undo is redone.
     *
     * @param page the page to which the rows come back
     * @param records how many rows it has before that
     * @return whether it is the root of an index that has nothing left but its control row
     */
    public static boolean isGrownRoot(PageKey page, int records) {
        boolean index = (page.getContainerId().getContainerId() & 0xf) == INDEX;
        return index && page.getPageNumber() == ROOT && records == 1;
    }

    private static CodeTransform roomFirst() {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                ClassDesc page = ClassDesc.of(DATA + "BasePage");
                ClassDesc key = ClassDesc.of(PageKey.class.getName());
                ClassDesc instant = ClassDesc.of(LogInstant.class.getName());
                ClassDesc here = ClassDesc.of(UndoneGrowth.class.getName());
                Label nothing = code.newLabel();
                // undoMe(Transaction, BasePage undoPage, LogInstant CLRInstant, …): if it is such
                // a root and there is a reserve, undoPage.setReservedSpace(CLRInstant, 0, 0)
                code.aload(UNDO_PAGE)
                        .invokevirtual(page, "getPageId", MethodTypeDesc.of(key))
                        .aload(UNDO_PAGE)
                        .invokevirtual(page, "recordCount", MethodTypeDesc.of(CD_int))
                        .invokestatic(
                                here, "isGrownRoot", MethodTypeDesc.of(CD_boolean, key, CD_int))
                        .ifeq(nothing)
                        .aload(UNDO_PAGE)
                        .iconst_0()
                        .invokevirtual(page, "getReservedCount", MethodTypeDesc.of(CD_int, CD_int))
                        .ifle(nothing)
                        .aload(UNDO_PAGE)
                        .aload(CLR_INSTANT)
                        .iconst_0()
                        .iconst_0()
                        .invokevirtual(
                                page,
                                "setReservedSpace",
                                MethodTypeDesc.of(CD_void, instant, CD_int, CD_int))
                        .labelBinding(nothing);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
    }
}
