/*
 * XARF version 4: what every report holds, what those of most categories hold, and which types there are; after the
 * published schemas. See xarf4.h.
 */
#include "format/xarf4.h"

static const struct xarf4_rule party[] = {
	{ "org", TEXT, .flags = NEEDED, .most = 200 },
	{ "contact", EMAIL, .flags = NEEDED },
	{ "domain", HOST, .flags = NEEDED },
	{ 0 },
};

static const struct xarf4_rule evidence[] = {
	{ "content_type", TEXT, .flags = NEEDED },
	{ "description", TEXT, .most = 500 },
	{ "payload", BASE64, .flags = NEEDED },
	{ "hash", HASH, .flags = 0 },
	{ "size", INTEGER, .flags = BOUNDED, .most = 5242880 },
	{ 0 },
};

const struct xarf4_rule xarf4_core[] = {
	{ "xarf_version", VERSION, .flags = NEEDED },
	{ "report_id", UUID, .flags = NEEDED },
	{ "timestamp", DATE_TIME, .flags = NEEDED },
	{ "reporter", OBJECT, .flags = NEEDED | CLOSED, .members = party },
	{ "sender", OBJECT, .flags = NEEDED | CLOSED, .members = party },
	{ "source_identifier", TEXT, .flags = NEEDED },
	{ "source_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "category", TEXT, .flags = NEEDED },
	{ "type", TEXT, .flags = NEEDED },
	{ "evidence_source", TEXT, .flags = 0 },
	{ "evidence", OBJECT, .flags = LIST | CLOSED, .items_most = 50, .members = evidence },
	{ "tags", TAG, .flags = LIST, .items_most = 20 },
	{ "confidence", NUMBER, .flags = BOUNDED, .most = 1 },
	{ "description", TEXT, .most = 1000 },
	{ "legacy_version", WORD, .words = "3" },
	{ "_internal", OBJECT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule ddos[] = {
	{ "evidence_source", WORD, .words = "firewall_logs|ids_detection|flow_analysis|traffic_monitoring|honeypot" },
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp|icmp|sctp" },
	{ "attack_vector", TEXT, .flags = 0 },
	{ "peak_pps", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "peak_bps", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "duration_seconds", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "amplification_factor", NUMBER, .flags = BOUNDED, .least = 1 },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ "threshold_exceeded", DATE_TIME, .flags = 0 },
	{ "mitigation_applied", FLAG, .flags = 0 },
	{ "service_impact", WORD, .words = "none|degraded|unavailable" },
	{ 0 },
};

static const struct xarf4_rule infected_host[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp" },
	{ "bot_type", WORD, .flags = NEEDED,
		.words = "search_engine|ai_agent|monitoring|seo_analyzer|link_checker|feed_reader"
			 "|social_media|advertising|malicious|unknown" },
	{ "bot_name", TEXT, .flags = 0 },
	{ "user_agent", TEXT, .flags = 0 },
	{ "behavior_pattern", WORD,
		.words = "legitimate_crawling|aggressive_crawling|api_abuse|form_submission|comment_spam"
			 "|account_creation|content_harvesting|vulnerability_probing|mixed" },
	{ "request_rate", NUMBER, .flags = 0 },
	{ "total_requests", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "respects_robots_txt", FLAG, .flags = 0 },
	{ "follows_crawl_delay", FLAG, .flags = 0 },
	{ "javascript_execution", FLAG, .flags = 0 },
	{ "accepts_cookies", FLAG, .flags = 0 },
	{ "api_endpoints_accessed", TEXT, .flags = LIST },
	{ "verification_status", WORD, .words = "verified|unverified|spoofed|unknown" },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule attack[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp|icmp|sctp" },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule reconnaissance[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp" },
	{ "probed_resources", TEXT, .flags = NEEDED | LIST },
	{ "resource_categories", WORD, .flags = LIST,
		.words = "environment_files|version_control|configuration_files|backup_files"
			 "|admin_panels|database_files|log_files|credential_files|api_endpoints|debug_endpoints|other" },
	{ "http_methods", WORD, .flags = LIST, .words = "GET|POST|HEAD|OPTIONS|PUT|DELETE|TRACE|CONNECT" },
	{ "response_codes", INTEGER, .flags = LIST },
	{ "successful_probes", TEXT, .flags = LIST },
	{ "user_agent", TEXT, .flags = 0 },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ "total_probes", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "automated_tool", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule scraping[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp" },
	{ "scraping_pattern", WORD,
		.words = "sequential|random|targeted|sitemap_following|api_harvesting|deep_crawling|breadth_first"
			 "|depth_first" },
	{ "target_content", WORD,
		.words = "product_data|pricing_information|user_profiles|contact_information|news_articles|images"
			 "|documents|api_data|search_results|general_content|other" },
	{ "user_agent", TEXT, .flags = 0 },
	{ "bot_signature", TEXT, .flags = 0 },
	{ "request_rate", NUMBER, .flags = 0 },
	{ "total_requests", INTEGER, .flags = NEEDED | BOUNDED, .least = 1 },
	{ "unique_urls", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "data_volume", INTEGER, .flags = 0 },
	{ "respects_robots_txt", FLAG, .flags = 0 },
	{ "session_duration", INTEGER, .flags = 0 },
	{ "concurrent_connections", INTEGER, .flags = 0 },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule sql_injection[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "destination_port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp" },
	{ "http_method", WORD, .words = "GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS" },
	{ "target_url", URI, .flags = 0 },
	{ "injection_point", WORD, .words = "query_parameter|post_body|cookie|header|path|json_parameter" },
	{ "payload_sample", TEXT, .most = 1000 },
	{ "attack_technique", WORD,
		.words = "union_based|error_based|boolean_blind|time_blind|stacked_queries|out_of_band"
			 "|second_order|other" },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ "attempts_count", INTEGER, .flags = BOUNDED, .least = 1 },
	{ 0 },
};

static const struct xarf4_rule scan[] = {
	{ "destination_ip", ADDRESS, .flags = 0 },
	{ "scan_type", WORD, .flags = NEEDED,
		.words = "port_scan|vulnerability_scan|version_detection|os_fingerprinting"
			 "|service_enumeration|web_vuln_scan|directory_brute_force|mixed" },
	{ "scanner_signature", TEXT, .flags = 0 },
	{ "targeted_ports", INTEGER, .flags = LIST | BOUNDED, .least = 1, .most = 65535 },
	{ "targeted_services", TEXT, .flags = LIST },
	{ "vulnerabilities_probed", TEXT, .flags = LIST },
	{ "scan_rate", NUMBER, .flags = 0 },
	{ "protocol", WORD, .flags = NEEDED, .words = "tcp|udp|icmp|mixed" },
	{ "first_seen", DATE_TIME, .flags = NEEDED },
	{ "last_seen", DATE_TIME, .flags = 0 },
	{ "total_requests", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "user_agent", TEXT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule botnet[] = {
	{ "malware_family", TEXT, .most = 200 },
	{ "c2_server", TEXT, .flags = 0 },
	{ "c2_protocol", WORD, .words = "http|https|tcp|udp|dns|irc|p2p|custom" },
	{ "bot_capabilities", WORD, .flags = LIST,
		.words = "ddos|spam|proxy|keylogger|file_download|remote_shell"
			 "|cryptocurrency_mining|data_theft" },
	{ "compromise_evidence", TEXT, .flags = NEEDED },
	{ 0 },
};

static const struct xarf4_rule compromised_server[] = {
	{ "compromise_method", TEXT, .flags = NEEDED },
	{ 0 },
};

static const struct xarf4_rule bulk_indicators[] = {
	{ "high_volume", FLAG, .flags = 0 },
	{ "template_based", FLAG, .flags = 0 },
	{ "commercial_sender", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule bulk_messaging[] = {
	{ "evidence_source", WORD, .words = "user_complaint|automated_filter|reputation_feed|volume_analysis" },
	{ "protocol", WORD, .flags = NEEDED, .words = "smtp|sms|whatsapp|telegram|social_media|push_notification|other" },
	{ "smtp_from", EMAIL, .flags = 0 },
	{ "subject", TEXT, .most = 500 },
	{ "sender_name", TEXT, .most = 200 },
	{ "recipient_count", INTEGER, .flags = NEEDED | BOUNDED, .least = 100 },
	{ "unsubscribe_provided", FLAG, .flags = 0 },
	{ "opt_in_evidence", FLAG, .flags = 0 },
	{ "bulk_indicators", OBJECT, .flags = CLOSED, .members = bulk_indicators },
	{ 0 },
};

static const struct xarf4_rule spam_indicators[] = {
	{ "suspicious_links", URI, .flags = LIST },
	{ "commercial_content", FLAG, .flags = 0 },
	{ "bulk_characteristics", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule spam[] = {
	{ "evidence_source", WORD, .words = "spamtrap|user_complaint|automated_filter|honeypot|content_analysis|reputation_feed" },
	{ "protocol", WORD, .flags = NEEDED, .words = "smtp|sms|whatsapp|telegram|signal|chat|social_media|push_notification|other" },
	{ "smtp_from", EMAIL, .flags = 0 },
	{ "smtp_to", EMAIL, .flags = 0 },
	{ "subject", TEXT, .most = 500 },
	{ "sender_name", TEXT, .most = 200 },
	{ "message_id", TEXT, .most = 200 },
	{ "user_agent", TEXT, .most = 200 },
	{ "recipient_count", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "language", LANGUAGE, .flags = 0 },
	{ "spam_indicators", OBJECT, .flags = CLOSED, .members = spam_indicators },
	{ 0 },
};

static const struct xarf4_rule threat[] = {
	{ "threat_type", TEXT, .flags = NEEDED },
	{ 0 },
};

static const struct xarf4_rule cve_impact_assessment[] = {
	{ "confidentiality", WORD, .words = "none|low|high" },
	{ "integrity", WORD, .words = "none|low|high" },
	{ "availability", WORD, .words = "none|low|high" },
	{ 0 },
};

static const struct xarf4_rule cve[] = {
	{ "evidence_source", WORD, .words = "vulnerability_scan|researcher_analysis|automated_discovery|penetration_testing" },
	{ "service", TEXT, .flags = NEEDED, .most = 200 },
	{ "service_version", TEXT, .most = 100 },
	{ "service_port", INTEGER, .flags = NEEDED | BOUNDED, .least = 1, .most = 65535 },
	{ "cve_id", CVE, .flags = NEEDED },
	{ "cve_ids", CVE, .flags = LIST | UNIQUE, .items_most = 10 },
	{ "cvss_score", NUMBER, .flags = BOUNDED, .most = 10 },
	{ "cvss_vector", CVSS3, .flags = 0 },
	{ "cvss_version", WORD, .words = "2.0|3.0|3.1" },
	{ "risk_level", WORD, .words = "info|low|medium|high|critical" },
	{ "severity", WORD, .words = "informational|low|medium|high|critical" },
	{ "exploitability", WORD, .words = "theoretical|poc_available|functional|weaponized" },
	{ "patch_available", FLAG, .flags = 0 },
	{ "patch_version", TEXT, .most = 100 },
	{ "patch_url", URI, .flags = 0 },
	{ "vendor_advisory", URI, .flags = 0 },
	{ "disclosure_date", DATE_TIME, .flags = 0 },
	{ "impact_assessment", OBJECT, .flags = CLOSED, .members = cve_impact_assessment },
	{ "remediation_priority", WORD, .words = "low|medium|high|critical|emergency" },
	{ 0 },
};

static const struct xarf4_rule service[] = {
	{ "service", TEXT, .flags = NEEDED },
	{ 0 },
};

const struct xarf4_type xarf4_types[] = {
	{ "messaging.bulk_messaging", bulk_messaging, .flags = SMTP },
	{ "messaging.spam", spam, .flags = SMTP },
	{ "connection.ddos", ddos, .flags = PORT_OF_ADDRESS },
	{ "connection.infected_host", infected_host, .flags = 0 },
	{ "connection.login_attack", attack, .flags = PORT_OF_ADDRESS },
	{ "connection.port_scan", attack, .flags = PORT_OF_ADDRESS },
	{ "connection.reconnaissance", reconnaissance, .flags = 0 },
	{ "connection.scraping", scraping, .flags = 0 },
	{ "connection.sql_injection", sql_injection, .flags = 0 },
	{ "connection.vulnerability_scan", scan, .flags = 0 },
	{ "content.brand_infringement", xarf4_brand_infringement, .flags = 0 },
	{ "content.csam", xarf4_csam, .flags = 0 },
	{ "content.csem", xarf4_csem, .flags = 0 },
	{ "content.exposed_data", xarf4_exposed_data, .flags = 0 },
	{ "content.fraud", xarf4_fraud, .flags = 0 },
	{ "content.malware", xarf4_malware, .flags = 0 },
	{ "content.phishing", xarf4_phishing, .flags = 0 },
	{ "content.remote_compromise", xarf4_remote_compromise, .flags = 0 },
	{ "content.suspicious_registration", xarf4_suspicious_registration, .flags = 0 },
	{ "copyright.copyright", xarf4_copyright, .flags = 0 },
	{ "copyright.cyberlocker", xarf4_cyberlocker, .flags = 0 },
	{ "copyright.link_site", xarf4_link_site, .flags = 0 },
	{ "copyright.p2p", xarf4_p2p, .flags = 0, .one_of = "swarm_info.info_hash|swarm_info.magnet_uri" },
	{ "copyright.ugc_platform", xarf4_ugc_platform, .flags = 0 },
	{ "copyright.usenet", xarf4_usenet, .flags = 0, .one_of = "message_info.message_id" },
	{ "vulnerability.cve", cve, .flags = 0 },
	{ "vulnerability.misconfiguration", service, .flags = 0 },
	{ "vulnerability.open_service", service, .flags = 0 },
	{ "infrastructure.botnet", botnet, .flags = 0 },
	{ "infrastructure.compromised_server", compromised_server, .flags = 0 },
	{ "reputation.blocklist", threat, .flags = 0 },
	{ "reputation.threat_intelligence", threat, .flags = 0 },
	{ 0 },
};
