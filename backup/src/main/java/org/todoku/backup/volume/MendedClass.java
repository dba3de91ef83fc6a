package org.todoku.backup.volume;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodHandles;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One method of one class of Derby, changed before Derby loads the class. Where the class does not
 * look as expected, or was loaded before, nothing is changed, and the log says so.
 *
 * @param neighbour a class of the same package that may be loaded
 * @param type the class, without its package
 * @param looksRight empty when the method is the one that was studied, else what is different
 * @param change what is done to its code; asked anew for each method of that name
 * @param risk what may happen to a database when it is not changed
 */
record MendedClass(
        Class<?> neighbour,
        String type,
        String method,
        Function<ClassModel, String> looksRight,
        Supplier<CodeTransform> change,
        String risk) {
    private static final System.Logger LOG = System.getLogger(MendedClass.class.getName());

    /**
     * @return whether it is changed now
     */
    boolean define() {
        String problem;
        try (InputStream in = neighbour.getResourceAsStream(type + ".class")) {
            if (in == null) {
                problem = "the class is not there";
            } else {
                ClassModel model = ClassFile.of().parse(in.readAllBytes());
                problem = looksRight.apply(model);
                if (problem.isEmpty()) {
                    MethodHandles.privateLookupIn(neighbour, MethodHandles.lookup())
                            .defineClass(changed(model));
                    return true;
                }
            }
        } catch (IOException | IllegalAccessException | LinkageError e) {
            problem = e.toString();
        }
        LOG.log(
                Level.WARNING,
                "Derby''s {0}.{1} is used as it is ({2}): {3}",
                type,
                method,
                problem,
                risk);
        return false;
    }

    boolean isMethod(MethodModel found) {
        return found.methodName().equalsString(method);
    }

    private byte[] changed(ClassModel model) {
        return ClassFile.of()
                .transformClass(
                        model,
                        ClassTransform.transformingMethodBodies(
                                this::isMethod, CodeTransform.ofStateful(change)));
    }
}
