/*
 * XARF version 4: what reports of the category copyright hold, after the published schemas. See xarf4.h.
 */
#include "format/xarf4.h"

const struct xarf4_rule xarf4_copyright[] = {
	{ "infringing_url", URI, .flags = NEEDED },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "original_url", URI, .flags = 0 },
	{ "infringement_type", WORD, .words = "direct_copy|modified_copy|streaming|download|distribution" },
	{ 0 },
};

static const struct xarf4_rule cyberlocker_file_info[] = {
	{ "filename", TEXT, .most = 500 },
	{ "file_size", INTEGER, .flags = BOUNDED },
	{ "file_hash", FILE_HASH, .flags = 0 },
	{ "upload_date", DATE_TIME, .flags = 0 },
	{ "download_count", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule cyberlocker_uploader_info[] = {
	{ "username", TEXT, .most = 200 },
	{ "user_id", TEXT, .most = 100 },
	{ "account_type", WORD, .words = "free|premium|business|unknown" },
	{ 0 },
};

static const struct xarf4_rule cyberlocker_takedown_info[] = {
	{ "previous_requests", INTEGER, .flags = BOUNDED },
	{ "service_response_time", TEXT, .flags = 0 },
	{ "automated_removal", FLAG, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_cyberlocker[] = {
	{ "evidence_source", WORD, .words = "automated_crawl|manual_discovery|user_report|rights_holder|search_engine" },
	{ "infringing_url", URI, .flags = NEEDED },
	{ "hosting_service", TEXT, .flags = NEEDED, .most = 200 },
	{ "file_info", OBJECT, .flags = CLOSED, .members = cyberlocker_file_info },
	{ "uploader_info", OBJECT, .flags = CLOSED, .members = cyberlocker_uploader_info },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "work_category", WORD, .words = "movie|tv_show|music|software|ebook|audiobook|game|document|other" },
	{ "access_method", WORD, .words = "direct_link|password_protected|premium_only|time_limited|captcha_protected" },
	{ "takedown_info", OBJECT, .flags = CLOSED, .members = cyberlocker_takedown_info },
	{ 0 },
};

static const struct xarf4_rule link_site_link_info[] = {
	{ "page_title", TEXT, .most = 500 },
	{ "posting_date", DATE_TIME, .flags = 0 },
	{ "uploader", TEXT, .most = 200 },
	{ "download_count", INTEGER, .flags = BOUNDED },
	{ "link_count", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "comments_count", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule link_site_linked_content[] = {
	{ "target_url", URI, .flags = NEEDED },
	{ "link_type", WORD, .flags = NEEDED, .words = "torrent_file|magnet_link|direct_download|streaming_link|usenet_nzb|other" },
	{ "hosting_service", TEXT, .most = 200 },
	{ "file_size", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule link_site_site_ranking[] = {
	{ "alexa_rank", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "popularity_score", NUMBER, .flags = BOUNDED, .most = 10 },
	{ 0 },
};

const struct xarf4_rule xarf4_link_site[] = {
	{ "evidence_source", WORD, .words = "automated_crawl|manual_monitoring|user_report|rights_holder|search_monitoring" },
	{ "infringing_url", URI, .flags = NEEDED },
	{ "site_name", TEXT, .flags = NEEDED, .most = 200 },
	{ "site_category", WORD,
		.words = "torrent_index|direct_download_links|streaming_links|usenet_index|search_engine|forum_links"
			 "|other" },
	{ "link_info", OBJECT, .flags = CLOSED, .members = link_site_link_info },
	{ "linked_content", OBJECT, .flags = LIST | CLOSED, .items_most = 50, .members = link_site_linked_content },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "work_category", WORD, .words = "movie|tv_show|music|software|ebook|audiobook|game|adult_content|other" },
	{ "search_terms", TEXT, .flags = LIST, .items_most = 10, .most = 200 },
	{ "site_ranking", OBJECT, .flags = CLOSED, .members = link_site_site_ranking },
	{ 0 },
};

static const struct xarf4_rule p2p_swarm_info[] = {
	{ "info_hash", HEX40, .flags = 0 },
	{ "magnet_uri", MAGNET, .flags = 0 },
	{ "torrent_name", TEXT, .most = 500 },
	{ "file_count", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "total_size", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule p2p_peer_info[] = {
	{ "peer_id", TEXT, .most = 100 },
	{ "client_version", TEXT, .most = 100 },
	{ "upload_amount", INTEGER, .flags = BOUNDED },
	{ "download_amount", INTEGER, .flags = BOUNDED },
	{ 0 },
};

const struct xarf4_rule xarf4_p2p[] = {
	{ "evidence_source", WORD, .words = "automated_crawl|manual_monitoring|user_report|rights_holder|watermark_detection" },
	{ "p2p_protocol", WORD, .flags = NEEDED, .words = "bittorrent|edonkey|gnutella|kademlia|other" },
	{ "swarm_info", OBJECT, .flags = CLOSED, .members = p2p_swarm_info },
	{ "peer_info", OBJECT, .flags = CLOSED, .members = p2p_peer_info },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "work_category", WORD, .words = "movie|tv_show|music|software|ebook|audiobook|game|other" },
	{ "release_date", DATE, .flags = 0 },
	{ "detection_method", WORD, .words = "automated_crawl|fingerprinting|metadata_match|manual_verification" },
	{ 0 },
};

static const struct xarf4_rule ugc_content[] = {
	{ "content_id", TEXT, .most = 200 },
	{ "content_title", TEXT, .most = 500 },
	{ "content_description", TEXT, .most = 2000 },
	{ "upload_date", DATE_TIME, .flags = 0 },
	{ "content_duration", INTEGER, .flags = BOUNDED },
	{ "view_count", INTEGER, .flags = BOUNDED },
	{ "like_count", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule ugc_uploader[] = {
	{ "username", TEXT, .most = 200 },
	{ "user_id", TEXT, .most = 100 },
	{ "account_verified", FLAG, .flags = 0 },
	{ "subscriber_count", INTEGER, .flags = BOUNDED },
	{ "account_creation_date", DATE_TIME, .flags = 0 },
	{ 0 },
};

static const struct xarf4_rule ugc_match[] = {
	{ "match_confidence", NUMBER, .flags = BOUNDED, .most = 1 },
	{ "match_duration", INTEGER, .flags = BOUNDED },
	{ "match_percentage", NUMBER, .flags = BOUNDED, .most = 100 },
	{ "reference_id", TEXT, .most = 200 },
	{ 0 },
};

static const struct xarf4_rule ugc_monetization[] = {
	{ "monetized", FLAG, .flags = 0 },
	{ "ad_revenue", FLAG, .flags = 0 },
	{ "premium_content", FLAG, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_ugc_platform[] = {
	{ "evidence_source", WORD,
		.words = "automated_detection|user_report|rights_holder|content_id_match|fingerprint_match"
			 "|manual_review" },
	{ "infringing_url", URI, .flags = NEEDED },
	{ "platform_name", TEXT, .flags = NEEDED, .most = 200 },
	{ "content_info", OBJECT, .flags = CLOSED, .members = ugc_content },
	{ "uploader_info", OBJECT, .flags = CLOSED, .members = ugc_uploader },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "work_category", WORD,
		.words = "movie|tv_show|music|music_video|audiobook|podcast|live_performance|sports_event|documentary"
			 "|other" },
	{ "infringement_type", WORD,
		.words = "full_work|substantial_portion|compilation|remix_unauthorized|background_music"
			 "|clip_mashup" },
	{ "match_details", OBJECT, .flags = CLOSED, .members = ugc_match },
	{ "monetization_info", OBJECT, .flags = CLOSED, .members = ugc_monetization },
	{ 0 },
};

static const struct xarf4_rule usenet_message_info[] = {
	{ "message_id", TEXT, .most = 500 },
	{ "subject", TEXT, .most = 500 },
	{ "from_header", TEXT, .most = 200 },
	{ "posting_date", DATE_TIME, .flags = 0 },
	{ "part_number", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "total_parts", INTEGER, .flags = BOUNDED, .least = 1 },
	{ "file_size", INTEGER, .flags = BOUNDED },
	{ 0 },
};

static const struct xarf4_rule usenet_nzb_info[] = {
	{ "nzb_name", TEXT, .most = 500 },
	{ "nzb_url", URI, .flags = 0 },
	{ "indexer_site", TEXT, .most = 200 },
	{ "completion_percentage", NUMBER, .flags = BOUNDED, .most = 100 },
	{ 0 },
};

static const struct xarf4_rule usenet_server_info[] = {
	{ "nntp_server", TEXT, .most = 200 },
	{ "server_group", TEXT, .most = 200 },
	{ "retention_days", INTEGER, .flags = BOUNDED, .least = 1 },
	{ 0 },
};

static const struct xarf4_rule usenet_encoding_info[] = {
	{ "encoding_format", WORD, .words = "yenc|uuencode|base64|other" },
	{ "par2_recovery", FLAG, .flags = 0 },
	{ "rar_compression", FLAG, .flags = 0 },
	{ 0 },
};

const struct xarf4_rule xarf4_usenet[] = {
	{ "evidence_source", WORD, .words = "automated_monitoring|newsgroup_crawl|user_report|rights_holder|nzb_index_monitoring" },
	{ "newsgroup", TEXT, .flags = NEEDED, .most = 200 },
	{ "message_info", OBJECT, .flags = CLOSED, .members = usenet_message_info },
	{ "nzb_info", OBJECT, .flags = CLOSED, .members = usenet_nzb_info },
	{ "server_info", OBJECT, .flags = CLOSED, .members = usenet_server_info },
	{ "work_title", TEXT, .most = 500 },
	{ "rights_holder", TEXT, .most = 200 },
	{ "work_category", WORD, .words = "movie|tv_show|music|software|ebook|audiobook|magazine|game|adult_content|other" },
	{ "encoding_info", OBJECT, .flags = CLOSED, .members = usenet_encoding_info },
	{ "detection_method", WORD, .words = "subject_line_match|header_analysis|content_sampling|nzb_metadata" },
	{ 0 },
};
