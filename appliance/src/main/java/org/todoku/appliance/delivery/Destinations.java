package org.todoku.appliance.delivery;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which addresses are one destination: those whose mail the same systems take in, so that what
 * these allow, refuse or delay holds for all of them. The domains are those that the carriers and
 * providers name themselves; every other domain is a destination of its own.
 */
final class Destinations {
    private static final Map<String, List<String>> GROUPS =
            Map.of(
                    "docomo", List.of("docomo.ne.jp"),
                    "au", List.of("ezweb.ne.jp", "au.com", "biz.ezweb.ne.jp", "uqmobile.jp"),
                    "SoftBank",
                            List.of(
                                    "softbank.ne.jp",
                                    "i.softbank.jp",
                                    "disney.ne.jp",
                                    "ymobile.ne.jp",
                                    "ymobile1.ne.jp",
                                    "y-mobile.ne.jp",
                                    "willcom.com",
                                    "wcm.ne.jp",
                                    "pdx.ne.jp",
                                    "emobile.ne.jp"),
                    "Rakuten", List.of("rakuten.jp"),
                    "Gmail", List.of("gmail.com", "googlemail.com"),
                    "Yahoo! JAPAN", List.of("yahoo.co.jp", "ymail.ne.jp"),
                    "iCloud", List.of("icloud.com", "me.com", "mac.com"),
                    "Microsoft",
                            List.of(
                                    "outlook.com",
                                    "outlook.jp",
                                    "hotmail.com",
                                    "hotmail.co.jp",
                                    "live.jp",
                                    "live.com",
                                    "msn.com"));

    /** SoftBank's mobile phones have a letter for their region: {@code t.vodafone.ne.jp}. */
    private static final String VODAFONE = "vodafone.ne.jp";

    private static final int LONGEST = 60;

    private static final Map<String, String> BY_DOMAIN = byDomain();

    private Destinations() {}

    /** The destination of a domain, at most 60 letters. */
    static String of(String domain) {
        String folded = domain.toLowerCase(Locale.ROOT);
        if (folded.equals(VODAFONE) || folded.endsWith("." + VODAFONE)) {
            return "SoftBank";
        }
        String known = BY_DOMAIN.get(folded);
        if (known != null) {
            return known;
        }
        return folded.length() <= LONGEST ? folded : folded.substring(folded.length() - LONGEST);
    }

    private static Map<String, String> byDomain() {
        Map<String, String> names = new HashMap<>();
        GROUPS.forEach((name, domains) -> domains.forEach(domain -> names.put(domain, name)));
        return names;
    }
}
