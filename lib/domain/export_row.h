/* One row of a copy, in its two forms. For domain/export_write.c. */
#ifndef DOMAIN_EXPORT_ROW_H
#define DOMAIN_EXPORT_ROW_H

#include "domain/export_sections.h"

/* {"id":"1","title":"x"} */
void export_row_json(struct buf *b, const struct export_section *s, const struct db_rows *rows);

/* A list item, or a heading, what else is known, and the text. */
void export_row_markdown(struct buf *b, const struct export_section *s, const struct db_rows *rows,
			 int language);

#endif
