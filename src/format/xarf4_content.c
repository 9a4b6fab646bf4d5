/*
 * XARF version 4: what reports of the category content hold, after the published schemas. See xarf4.h.
 */
#include "format/xarf4.h"

static const struct xarf4_rule content_dns_records[] = {
	{ "a", IPV4, .flags = LIST },
	{ "aaaa", IPV6, .flags = LIST },
	{ "mx", TEXT, .flags = LIST },
	{ "txt", TEXT, .flags = LIST },
	{ 0 },
};

static const struct xarf4_rule content_ssl_certificate[] = {
	{ "issuer", TEXT, .flags = 0 },
	{ "subject", TEXT, .flags = 0 },
	{ "valid_from", DATE_TIME, .flags = 0 },
	{ "valid_to", DATE_TIME, .flags = 0 },
	{ "fingerprint", TEXT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule content_whois[] = {
	{ "registrant", TEXT, .flags = 0 },
	{ "created_date", DATE_TIME, .flags = 0 },
	{ "updated_date", DATE_TIME, .flags = 0 },
	{ "expiry_date", DATE_TIME, .flags = 0 },
	{ "registrar_abuse_contact", EMAIL, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule content_dns_response[] = {
	{ "query_time", DATE_TIME, .flags = 0 },
	{ "authoritative", FLAG, .flags = 0 },
	{ "response_code", WORD, .words = "NOERROR|NXDOMAIN|SERVFAIL|REFUSED" },
	{ 0 },
};

const struct xarf4_rule xarf4_content[] = {
	{ "url", URI, .flags = NEEDED },
	{ "domain", DOMAIN, .flags = 0 },
	{ "registrar", TEXT, .flags = 0 },
	{ "nameservers", TEXT, .flags = LIST },
	{ "dns_records", OBJECT, .members = content_dns_records },
	{ "screenshot_url", URI, .flags = 0 },
	{ "verified_at", DATE_TIME, .flags = 0 },
	{ "verification_method", WORD, .words = "manual|automated_crawler|user_report|honeypot|threat_intelligence" },
	{ "attack_vector", WORD,
		.words = "phishing|malware|fraud|brand_infringement|copyright_infringement|data_leak"
			 "|remote_compromise|suspicious_registration" },
	{ "target_brand", TEXT, .flags = 0 },
	{ "hosting_provider", TEXT, .flags = 0 },
	{ "asn", INTEGER, .flags = BOUNDED, .least = 1, .most = 4294967295 },
	{ "country_code", COUNTRY, .flags = 0 },
	{ "ssl_certificate", OBJECT, .members = content_ssl_certificate },
	{ "whois", OBJECT, .members = content_whois },
	{ "dns_response", OBJECT, .members = content_dns_response },
	{ 0 },
};

static const struct xarf4_rule brand_infringement_trademark_details[] = {
	{ "registration_number", TEXT, .flags = 0 },
	{ "jurisdiction", TEXT, .flags = 0 },
	{ "category", INTEGER, .flags = LIST | BOUNDED, .least = 1, .most = 45 },
	{ 0 },
};

static const struct xarf4_rule brand_infringement_previous_enforcement[] = {
	{ "date", DATE, .flags = 0 },
	{ "action", WORD, .words = "cease_desist|takedown_notice|domain_dispute|legal_action|other" },
	{ "result", TEXT, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_brand_infringement[] = {
	{ "infringement_type", WORD, .flags = NEEDED,
		.words = "counterfeit|typosquatting|lookalike|homograph|unauthorized_reseller"
			 "|trademark_violation|brand_impersonation|logo_misuse|other" },
	{ "legitimate_site", URI, .flags = NEEDED },
	{ "similarity_score", NUMBER, .flags = BOUNDED, .most = 1 },
	{ "trademark_details", OBJECT, .members = brand_infringement_trademark_details },
	{ "infringing_elements", WORD, .flags = LIST,
		.words = "logo|brand_name|tagline|color_scheme|layout|product_images|domain_name"
			 "|other" },
	{ "products_offered", TEXT, .flags = LIST },
	{ "previous_enforcement", OBJECT, .flags = LIST, .members = brand_infringement_previous_enforcement },
	{ 0 },
};

static const struct xarf4_rule csam_hash_values[] = {
	{ "md5", HEX32, .flags = 0 },
	{ "sha1", HEX40, .flags = 0 },
	{ "sha256", HEX64, .flags = 0 },
	{ "photodna", TEXT, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_csam[] = {
	{ "classification", WORD, .flags = NEEDED, .words = "baseline|A1|A2|B1|B2" },
	{ "media_type", WORD, .words = "image|video|audio|text|mixed" },
	{ "detection_method", WORD, .flags = NEEDED, .words = "hash_match|ai_detection|manual_review|user_report|automated_scan" },
	{ "hash_values", OBJECT, .members = csam_hash_values },
	{ "ncmec_report_id", TEXT, .flags = 0 },
	{ "content_removed", FLAG, .flags = 0 },
	{ "account_suspended", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule csem_perpetrator_indicators[] = {
	{ "account_id", TEXT, .flags = 0 },
	{ "ip_addresses", IPV4, .flags = LIST },
	{ "pattern_of_behavior", TEXT, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_csem[] = {
	{ "exploitation_type", WORD, .flags = NEEDED,
		.words = "grooming|solicitation|sextortion|trafficking|distribution|production"
			 "|possession" },
	{ "victim_age_range", WORD, .words = "infant|toddler|prepubescent|pubescent|unknown" },
	{ "platform", WORD, .words = "social_media|messaging_app|gaming_platform|forum|email|darkweb|other" },
	{ "detection_method", WORD, .flags = NEEDED,
		.words = "behavioral_analysis|keyword_detection|user_report|ai_detection"
			 "|manual_review|law_enforcement_referral" },
	{ "evidence_type", WORD, .flags = LIST, .words = "chat_logs|images|videos|user_profile|metadata" },
	{ "perpetrator_indicators", OBJECT, .members = csem_perpetrator_indicators },
	{ "reporting_obligations", WORD, .flags = LIST,
		.words = "NCMEC|IWF|local_law_enforcement|europol|interpol"
			 "|platform_safety_team|other" },
	{ 0 },
};

static const struct xarf4_rule exposed_data_sample_records[] = {
	{ "description", TEXT, .flags = 0 },
	{ "redacted_sample", TEXT, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_exposed_data[] = {
	{ "data_types", WORD, .flags = NEEDED | LIST, .items_least = 1,
		.words = "personal_information|credentials|financial|medical"
			 "|government_id|email_addresses|phone_numbers|api_keys|database_dumps|source_code|internal_documents|customer_data"
			 "|employee_data|intellectual_property|other" },
	{ "exposure_method", WORD, .flags = NEEDED,
		.words = "misconfigured_server|open_directory|database_exposure|git_repository"
			 "|backup_file|log_file|cloud_storage|paste_site|forum_post|ransomware_leak|intentional_leak|other" },
	{ "record_count", INTEGER, .flags = BOUNDED },
	{ "affected_organization", TEXT, .flags = 0 },
	{ "data_format", WORD, .words = "plaintext|csv|json|xml|sql|excel|pdf|mixed|other" },
	{ "sensitive_fields", TEXT, .flags = LIST },
	{ "encryption_status", WORD, .words = "unencrypted|encrypted|partially_encrypted|hashed|unknown" },
	{ "accessibility", WORD, .words = "public|requires_authentication|requires_payment|dark_web|removed" },
	{ "discovery_source", WORD,
		.words = "security_researcher|automated_scan|breach_monitoring|user_report|law_enforcement"
			 "|threat_intelligence|other" },
	{ "sample_records", OBJECT, .flags = LIST, .items_most = 5, .members = exposed_data_sample_records },
	{ 0 },
};

static const struct xarf4_rule fraud_cryptocurrency_addresses[] = {
	{ "currency", WORD, .flags = NEEDED, .words = "bitcoin|ethereum|usdt|bnb|monero|other" },
	{ "address", TEXT, .flags = NEEDED },
	{ 0 },
};

static const struct xarf4_rule fraud_loss_amount[] = {
	{ "currency", CURRENCY, .flags = 0 },
	{ "amount", NUMBER, .flags = BOUNDED },
	{ 0 },
};

const struct xarf4_rule xarf4_fraud[] = {
	{ "fraud_type", WORD, .flags = NEEDED,
		.words = "investment|romance|tech_support|lottery|advance_fee|cryptocurrency|shopping"
			 "|charity|employment|government_impersonation|other" },
	{ "payment_methods", WORD, .flags = LIST,
		.words = "credit_card|bank_transfer|cryptocurrency|gift_cards|wire_transfer|paypal"
			 "|western_union|moneygram|cashapp|venmo|other" },
	{ "cryptocurrency_addresses", OBJECT, .flags = LIST, .members = fraud_cryptocurrency_addresses },
	{ "claimed_entity", TEXT, .flags = 0 },
	{ "loss_amount", OBJECT, .members = fraud_loss_amount },
	{ 0 },
};

static const struct xarf4_rule malware_file_hashes[] = {
	{ "md5", HEX32, .flags = 0 },
	{ "sha1", HEX40, .flags = 0 },
	{ "sha256", HEX64, .flags = 0 },
	{ "ssdeep", TEXT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule malware_file_metadata[] = {
	{ "filename", TEXT, .flags = 0 },
	{ "file_size", INTEGER, .flags = BOUNDED },
	{ "file_type", TEXT, .flags = 0 },
	{ "mime_type", TEXT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule malware_c2_servers[] = {
	{ "address", TEXT, .flags = 0 },
	{ "port", INTEGER, .flags = BOUNDED, .least = 1, .most = 65535 },
	{ "protocol", WORD, .words = "http|https|tcp|udp|dns|other" },
	{ 0 },
};

static const struct xarf4_rule malware_sandbox_analysis[] = {
	{ "sandbox_name", TEXT, .flags = 0 },
	{ "analysis_url", URI, .flags = 0 },
	{ "verdict", WORD, .words = "malicious|suspicious|clean|unknown" },
	{ "score", NUMBER, .flags = BOUNDED, .most = 100 },
	{ 0 },
};

const struct xarf4_rule xarf4_malware[] = {
	{ "malware_family", TEXT, .flags = 0 },
	{ "malware_type", WORD,
		.words = "trojan|ransomware|dropper|loader|backdoor|rootkit|infostealer|banking_trojan|cryptominer"
			 "|adware|spyware|worm|bot|rat|other" },
	{ "file_hashes", OBJECT, .members = malware_file_hashes },
	{ "file_metadata", OBJECT, .members = malware_file_metadata },
	{ "distribution_method", WORD,
		.words = "direct_download|drive_by_download|email_attachment|malvertising|exploit_kit"
			 "|watering_hole|supply_chain|social_engineering|other" },
	{ "c2_servers", OBJECT, .flags = LIST, .members = malware_c2_servers },
	{ "sandbox_analysis", OBJECT, .members = malware_sandbox_analysis },
	{ "exploit_cve", CVE_LONG, .flags = LIST },
	{ "persistence_mechanism", WORD, .flags = LIST,
		.words = "registry|scheduled_task|service|startup_folder|dll_hijacking|wmi"
			 "|other" },
	{ "targeted_platforms", WORD, .flags = LIST, .words = "windows|linux|macos|android|ios|multi_platform" },
	{ 0 },
};

const struct xarf4_rule xarf4_phishing[] = {
	{ "credential_fields", TEXT, .flags = LIST },
	{ "phishing_kit", TEXT, .flags = 0 },
	{ "redirect_chain", URI, .flags = LIST },
	{ "submission_url", URI, .flags = 0 },
	{ "cloned_site", URI, .flags = 0 },
	{ "detection_evasion", WORD, .flags = LIST,
		.words = "geo_blocking|user_agent_filtering|referrer_checking|captcha"
			 "|time_based_display|ip_blacklisting|obfuscation|other" },
	{ "lure_type", WORD,
		.words = "account_suspension|security_alert|payment_issue|prize_notification|document_share"
			 "|password_reset|shipping_notification|tax_refund|other" },
	{ 0 },
};

static const struct xarf4_rule compromise_indicators[] = {
	{ "type", WORD, .flags = NEEDED,
		.words = "file_path|process|network_connection|user_account|scheduled_task|registry_key"
			 "|service" },
	{ "value", TEXT, .flags = NEEDED },
	{ "description", TEXT, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule webshell_details[] = {
	{ "family", TEXT, .flags = 0 },
	{ "capabilities", WORD, .flags = LIST,
		.words = "file_manager|command_execution|database_access|network_scanning"
			 "|privilege_escalation|persistence|other" },
	{ "password_protected", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule vulnerability_exploited[] = {
	{ "cve", CVE_LONG, .flags = 0 },
	{ "description", TEXT, .flags = 0 },
	{ "component", TEXT, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_remote_compromise[] = {
	{ "compromise_type", WORD, .flags = NEEDED,
		.words = "webshell|backdoor|defacement|malicious_redirect|seo_spam|cryptominer"
			 "|phishing_kit|malware_host|c2_server|proxy|scanner|other" },
	{ "compromise_indicators", OBJECT, .flags = LIST, .members = compromise_indicators },
	{ "webshell_details", OBJECT, .members = webshell_details },
	{ "affected_cms", WORD, .words = "wordpress|joomla|drupal|magento|prestashop|opencart|custom|unknown|other" },
	{ "vulnerability_exploited", OBJECT, .members = vulnerability_exploited },
	{ "persistence_mechanisms", WORD, .flags = LIST,
		.words = "cron_job|modified_core_files|hidden_admin_account|autoload_backdoor"
			 "|htaccess_modification|database_backdoor|other" },
	{ "malicious_activities", WORD, .flags = LIST,
		.words = "spam_sending|ddos_attacks|cryptocurrency_mining|data_exfiltration"
			 "|lateral_movement|hosting_malware|hosting_phishing|scanning|other" },
	{ "cleanup_status", WORD, .words = "not_cleaned|partially_cleaned|cleaned|reinfected|unknown" },
	{ 0 },
};

static const struct xarf4_rule registrant_details[] = {
	{ "email_domain", TEXT, .flags = 0 },
	{ "country", COUNTRY, .flags = 0 },
	{ "privacy_protected", FLAG, .flags = 0 },
	{ "bulk_registrations", INTEGER, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule related_domains[] = {
	{ "domain", TEXT, .flags = 0 },
	{ "relationship", WORD, .words = "same_registrant|same_nameserver|same_ip|same_ssl_cert|similar_pattern|same_campaign" },
	{ 0 },
};

static const struct xarf4_rule certificate_details[] = {
	{ "issued_immediately", FLAG, .flags = 0 },
	{ "free_certificate", FLAG, .flags = 0 },
	{ "wildcard", FLAG, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule activation_behavior[] = {
	{ "time_to_activation", INTEGER, .flags = 0 },
	{ "initial_content", WORD, .words = "parked|under_construction|immediate_malicious|cloned_site|blank|other" },
	{ 0 },
};

const struct xarf4_rule xarf4_suspicious_registration[] = {
	{ "registration_date", DATE_TIME, .flags = NEEDED },
	{ "days_since_registration", INTEGER, .flags = BOUNDED },
	{ "suspicious_indicators", WORD, .flags = NEEDED | LIST, .items_least = 1,
		.words = "typosquatting|homograph_attack"
			 "|brand_keyword|suspicious_tld|bulk_registration|privacy_protection|suspicious_registrant|fast_flux|dga_pattern"
			 "|known_bad_nameserver|suspicious_ssl_cert|immediate_activation|parked_page|other" },
	{ "risk_score", NUMBER, .flags = BOUNDED, .most = 1 },
	{ "targeted_brands", TEXT, .flags = LIST },
	{ "registrant_details", OBJECT, .members = registrant_details },
	{ "related_domains", OBJECT, .flags = LIST, .items_most = 20, .members = related_domains },
	{ "predicted_usage", WORD, .flags = LIST, .words = "phishing|malware|spam|fraud|brand_abuse|botnet_c2|unknown" },
	{ "ssl_certificate_details", OBJECT, .members = certificate_details },
	{ "activation_behavior", OBJECT, .members = activation_behavior },
	{ 0 },
};
