package org.todoku.appliance.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Map;
import org.todoku.appliance.kernel.Texts;

/** Renders the precompiled templates. Thread-safe. */
public final class Pages {
    private static final String COMPILED_IN = "org.todoku.appliance.web.jte";

    private final TemplateEngine engine =
            TemplateEngine.createPrecompiled(null, ContentType.Html, null, COMPILED_IN);
    private final Texts shell = Texts.of(Pages.class);
    private final StaticFiles files;

    public Pages(StaticFiles files) {
        this.files = files;
    }

    /** What a template needs besides its view. */
    public Screen screen(Call call, Texts own, Screen.Frame frame) {
        return new Screen(call, shell, own, files, frame);
    }

    /** A page of the shell itself. */
    Screen shellScreen(Call call) {
        Screen.Frame frame = new Screen.Frame(call.path(), "", java.util.Optional.empty(), "");
        return new Screen(call, shell, shell, files, frame);
    }

    /** The rendered template. */
    public String render(String template, Screen screen, Object view) {
        StringOutput output = new StringOutput(16 * 1024);
        engine.render(template, Map.of("page", screen, "view", view), output);
        return output.toString();
    }
}
