/*
 * GET /v1/settings: the configuration of the daemon that runs, as the keeper read it.
 */
#include "model/config_settings.h"
#include "web/call.h"

enum err read_settings(struct web_call *c)
{
	jsonw_str(c->w, "file", c->web->settings_file);
	jsonw_array(c->w, "settings");
	for (unsigned i = 0; i < c->web->setting_count; i++) {
		const struct setting *s = &c->web->settings[i];
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "block", s->block);
		jsonw_str(c->w, "name", s->name);
		jsonw_str(c->w, "value", s->value);
		jsonw_str(c->w, "fallback", s->fallback);
		jsonw_int(c->w, "line", s->line);
		jsonw_str(c->w, "doc", s->doc);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return OK;
}
