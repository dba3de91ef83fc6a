package org.todoku.appliance.message;

import java.util.List;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Simple HTML from CommonMark: headings, lists, emphasis, links. HTML in the text is shown as text,
 * and a link goes to the web, to a mail address or a telephone, and nowhere else; pictures are left
 * to attachments, for what is fetched from elsewhere tells who reads. Thread-safe.
 */
public final class Markdown {
    private static final List<Extension> EXTENSIONS = List.of(AutolinkExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER =
            HtmlRenderer.builder()
                    .extensions(EXTENSIONS)
                    .escapeHtml(true)
                    .sanitizeUrls(true)
                    .softbreak("<br>\n")
                    .attributeProviderFactory(context -> attributes())
                    .nodeRendererFactory(PictureAsText::new)
                    .build();

    private Markdown() {}

    /** A piece of HTML that can stand in a page or a mail as it is. */
    public static String html(String text) {
        return RENDERER.render(PARSER.parse(text));
    }

    /** Mail programs know no classes: what is to be seen stands at the element. */
    private static AttributeProvider attributes() {
        return (node, tag, attributes) -> {
            if (node instanceof Heading) {
                attributes.put("style", "font-size:1.2em;margin:1em 0 .4em");
            }
        };
    }

    /** The words that stand for a picture. */
    private static final class PictureAsText implements NodeRenderer {
        private final HtmlNodeRendererContext context;

        PictureAsText(HtmlNodeRendererContext context) {
            this.context = context;
        }

        @Override
        public Set<Class<? extends Node>> getNodeTypes() {
            return Set.of(Image.class);
        }

        @Override
        public void render(Node picture) {
            for (Node word = picture.getFirstChild(); word != null; word = word.getNext()) {
                context.render(word);
            }
        }
    }
}
