"""Extensions, and the immutable `offtake_fold` that stored search columns are made with."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

FOLD = """
CREATE OR REPLACE FUNCTION offtake_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT lower(btrim(regexp_replace(
        public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC)), '\\s+', ' ', 'g')))
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION IF EXISTS offtake_fold(text);"),
    ]
