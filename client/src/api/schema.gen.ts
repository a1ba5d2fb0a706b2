// Written by `npm run api` from the OpenAPI schema of the server. Do not edit.

export interface paths {
  "/auth/token": {
    /**
     * Token
     * @description Log in with a form (OAuth2 password flow) and get an access token.
     */
    post: operations["token_auth_token_post"];
  };
  "/auth/login": {
    /**
     * Login
     * @description Log in with JSON or a form; the answer also sets the session cookie.
     */
    post: operations["login_auth_login_post"];
  };
  "/login": {
    /**
     * Login
     * @description Log in with JSON or a form; the answer also sets the session cookie.
     */
    post: operations["login_login_post"];
  };
  "/register": {
    /**
     * Register
     * @description Make an account, where registration is open.
     */
    post: operations["register_register_post"];
  };
  "/auth/register": {
    /**
     * Register
     * @description Make an account, where registration is open.
     */
    post: operations["register_auth_register_post"];
  };
  "/logout": {
    /**
     * Logout
     * @description End the session: its token and cookie are dead, here at once and everywhere within 5 seconds.
     */
    post: operations["logout_logout_post"];
  };
  "/auth/logout": {
    /**
     * Logout
     * @description End the session: its token and cookie are dead, here at once and everywhere within 5 seconds.
     */
    post: operations["logout_auth_logout_post"];
  };
  "/me": {
    /**
     * Me
     * @description Tell who is logged in.
     */
    get: operations["me_me_get"];
  };
  "/auth/me": {
    /**
     * Me
     * @description Tell who is logged in.
     */
    get: operations["me_auth_me_get"];
  };
  "/auth/methods": {
    /**
     * Sign In Ways
     * @description Tell how one may sign in here: with a password, by a provider (its name), and whether anybody may register.
     */
    get: operations["sign_in_ways_auth_methods_get"];
  };
  "/auth/oidc": {
    /**
     * Begin
     * @description Send the browser to the provider; `next` is the page of this service that it opens afterwards.
     */
    get: operations["begin_auth_oidc_get"];
  };
  "/auth/oidc/callback": {
    /**
     * Answered
     * @description Take the provider's answer, open a session as a login with a password does, and open the page it was begun on.
     */
    get: operations["answered_auth_oidc_callback_get"];
  };
  "/auth/password": {
    /**
     * Change Password
     * @description Change the password; every other session of the user ends. API keys stay.
     */
    post: operations["change_password_auth_password_post"];
  };
  "/auth/sessions": {
    /**
     * List Sessions
     * @description List the sessions of the user that go on, the newest first; `current` is the one that asks.
     */
    get: operations["list_sessions_auth_sessions_get"];
    /**
     * End Other Sessions
     * @description End every session of the user but the one that asks: here at once, everywhere within 5 seconds.
     */
    delete: operations["end_other_sessions_auth_sessions_delete"];
  };
  "/auth/sessions/{session_id}": {
    /**
     * End Session
     * @description End one session of the user: here at once, everywhere within 5 seconds.
     */
    delete: operations["end_session_auth_sessions__session_id__delete"];
  };
  "/auth/api-keys": {
    /**
     * List Keys
     * @description List the API keys of the user.
     */
    get: operations["list_keys_auth_api_keys_get"];
    /**
     * Add Key
     * @description Make an API key for a script; the key itself is shown this once.
     */
    post: operations["add_key_auth_api_keys_post"];
  };
  "/auth/api-keys/{key_id}": {
    /**
     * Remove Key
     * @description Remove an API key: it is dead here at once and everywhere within 5 seconds.
     */
    delete: operations["remove_key_auth_api_keys__key_id__delete"];
  };
  "/admin/users": {
    /**
     * List Users
     * @description List the accounts by name, with what each has stored.
     */
    get: operations["list_users_admin_users_get"];
    /**
     * Add User
     * @description Make an account, also where registration is closed.
     */
    post: operations["add_user_admin_users_post"];
  };
  "/admin/users/{user_id}": {
    /**
     * Read User
     * @description Show an account.
     */
    get: operations["read_user_admin_users__user_id__get"];
    /**
     * Change User
     * @description Bar somebody or let them in again, make them administrator or not, give them a new password, a quota or limits.
     *
     * `quota_bytes` takes the place of the server's quota, 0: any number of bytes; null: the server's again. So do
     * `limit_requests` (in a minute), `limit_uploads` (at the same time) and `limit_bandwidth` (bytes a second).
     *
     * Who is barred or gets a new password is logged out everywhere within 5 seconds.
     */
    patch: operations["change_user_admin_users__user_id__patch"];
  };
  "/admin/jobs": {
    /**
     * List Jobs
     * @description List jobs, the youngest first.
     */
    get: operations["list_jobs_admin_jobs_get"];
  };
  "/admin/jobs/{job_id}/retry": {
    /**
     * Retry Job
     * @description Queue a job that has failed once more.
     */
    post: operations["retry_job_admin_jobs__job_id__retry_post"];
  };
  "/admin/storage": {
    /**
     * Read Storage
     * @description Tell how many bytes are stored, and how many are free (null where that is not known).
     */
    get: operations["read_storage_admin_storage_get"];
  };
  "/admin/audit": {
    /**
     * Read Audit
     * @description List who did what to accounts and rights, the youngest first; `before` goes on behind the last one's id.
     */
    get: operations["read_audit_admin_audit_get"];
  };
  "/files/archive": {
    /**
     * Download Archive
     * @description Download files as one ZIP, each with the bytes as they were uploaded, in its folder.
     *
     * Without `ids` it is all complete files that a list with the same filters has. Every one must be complete, and the
     * caller's to see; otherwise nothing is sent. When one goes, or turns out to be damaged, while the archive is on its
     * way, the connection breaks: what came is not whole.
     */
    get: operations["download_archive_files_archive_get"];
    /**
     * Download Long Archive
     * @description The same for more files than an address can name.
     */
    post: operations["download_long_archive_files_archive_post"];
  };
  "/upload": {
    /**
     * Upload
     * @description Upload one file in a form; its bytes go to the store as they arrive.
     */
    post: operations["upload_upload_post"];
  };
  "/files": {
    /**
     * List Files
     * @description List own files and shared ones. `Link: rel="next"` leads to the next page, `X-Total-Count` counts all of them.
     */
    get: operations["list_files_files_get"];
    /**
     * Upload
     * @description Upload one file in a form; its bytes go to the store as they arrive.
     *
     * With `Tus-Resumable` it makes a resumable upload instead (tus: creation, creation-with-upload, concatenation): the body, if any, is its first bytes, the answer is empty and has a `Location`.
     */
    post: operations["upload_files_post"];
    /**
     * What the server can do
     * @description Tell versions, extensions, checksums and limits of the upload protocols.
     */
    options: operations["upload_options_files_options"];
  };
  "/files/exists": {
    /**
     * Find Files
     * @description Find own files that have exactly these bytes, the newest first, so that nobody sends them again.
     *
     * `total` counts all of them; `files` has 1,000 at most.
     */
    post: operations["find_files_files_exists_post"];
  };
  "/files/{file_id}": {
    /**
     * Read File
     * @description Show one file with the first rows of its table.
     */
    get: operations["read_file_files__file_id__get"];
    /**
     * Delete File
     * @description Delete an own file: its bytes, its table and its rows.
     */
    delete: operations["delete_file_files__file_id__delete"];
    /**
     * What the server can do
     * @description Tell versions, extensions, checksums and limits of the upload protocols.
     */
    options: operations["upload_options_upload_options"];
    /**
     * Where an upload stands
     * @description Tell how many bytes of an upload are stored: go on from there.
     */
    head: operations["upload_state_files__file_id__head"];
    /**
     * Change File
     * @description Rename or tag an own file, or let every user look at it, or nobody: `shared` is the role `view` of `*`.
     *
     * With `Tus-Resumable` it appends its body to the upload at `Upload-Offset` instead (tus: PATCH). What arrived before a connection broke is kept.
     */
    patch: operations["change_file_files__file_id__patch"];
  };
  "/files/{file_id}/progress": {
    /**
     * Read Progress
     * @description Tell how far a file is.
     */
    get: operations["read_progress_files__file_id__progress_get"];
  };
  "/files/{file_id}/content": {
    /**
     * Read Content
     * @description Download the bytes as they were uploaded; takes `Range`, `If-Range`, `If-None-Match`.
     */
    get: operations["read_content_files__file_id__content_get"];
  };
  "/files/{file_id}/rejects": {
    /**
     * Read Rejects
     * @description List what could not be read into the table, in the order of the file.
     *
     * `mended` ones became rows since; `format=csv` downloads all others.
     */
    get: operations["read_rejects_files__file_id__rejects_get"];
  };
  "/fetch": {
    /**
     * Fetch
     * @description Have the server get a file by HTTP; it is an upload from then on, whose bytes come from there.
     *
     * Public addresses alone are reached, and what the operator allows. A login in the address is sent to it and shown to
     * nobody. Deleting the file ends it.
     */
    post: operations["fetch_fetch_post"];
  };
  "/files/{file_id}/preview": {
    /**
     * Preview File
     * @description Read the beginning of a file in another way, also while its bytes arrive; nothing is stored.
     *
     * Up to 100 rows and 20 rejects. `looked_at` tells how much of the file that is of: 1 MiB of its text at most.
     */
    post: operations["preview_file_files__file_id__preview_post"];
  };
  "/usage": {
    /**
     * Read Usage
     * @description Tell how many bytes the caller stores, and how many they may.
     */
    get: operations["read_usage_usage_get"];
  };
  "/files/{file_id}/access": {
    /**
     * List Access
     * @description List who may look at an own file (`view`) or change its rows too (`edit`); `*` is every user.
     */
    get: operations["list_access_files__file_id__access_get"];
  };
  "/files/{file_id}/access/{username}": {
    /**
     * Read Access
     * @description Show the role that somebody was given.
     */
    get: operations["read_access_files__file_id__access__username__get"];
    /**
     * Give Access
     * @description Give somebody a role in an own file, in place of the one they had by name; `*` gives it to every user.
     */
    put: operations["give_access_files__file_id__access__username__put"];
    /**
     * Take Access
     * @description Take the role that somebody was given by name, or everybody's (`*`).
     */
    delete: operations["take_access_files__file_id__access__username__delete"];
  };
  "/files/{file_id}/links": {
    /**
     * List Links
     * @description List the links to an own file, the newest first; their tokens are not kept.
     */
    get: operations["list_links_files__file_id__links_get"];
    /**
     * Add Link
     * @description Make a link that lets whoever has it look at an own file; its token is shown this once.
     */
    post: operations["add_link_files__file_id__links_post"];
  };
  "/files/{file_id}/links/{link_id}": {
    /**
     * Show Link
     * @description Show one link to an own file.
     */
    get: operations["show_link_files__file_id__links__link_id__get"];
    /**
     * Remove Link
     * @description Take a link back: it opens nothing any more, here at once and everywhere within 5 seconds.
     */
    delete: operations["remove_link_files__file_id__links__link_id__delete"];
  };
  "/links/{token}": {
    /**
     * Read Link
     * @description Tell which file a link leads to, and whether it asks for a password first.
     */
    get: operations["read_link_links__token__get"];
  };
  "/links/{token}/open": {
    /**
     * Open Link
     * @description Open a link with its password: the answer has a token that is good for an hour.
     */
    post: operations["open_link_links__token__open_post"];
  };
  "/upload-links": {
    /**
     * List Upload Links
     * @description List the own upload links, the newest first, with what has come by each; their addresses are not kept.
     */
    get: operations["list_upload_links_upload_links_get"];
    /**
     * Add Upload Link
     * @description Make a link by which people without an account upload to whoever makes it; its addresses are shown this once.
     */
    post: operations["add_upload_link_upload_links_post"];
  };
  "/upload-links/{link_id}": {
    /**
     * Read Upload Link
     * @description Tell what an own upload link lets, and what has come by it.
     */
    get: operations["read_upload_link_upload_links__link_id__get"];
    /**
     * Remove Upload Link
     * @description Take an upload link back: nothing comes by it any more, nor do uploads go on. What has come stays.
     */
    delete: operations["remove_upload_link_upload_links__link_id__delete"];
  };
  "/u/{token}": {
    /**
     * About Upload Link
     * @description Tell whoever has an upload link what it is for, and what may still come by it.
     */
    get: operations["about_upload_link_u__token__get"];
  };
  "/u/{token}/files": {
    /**
     * Upload By Link
     * @description Upload one file in a form to whom an upload link leads to.
     *
     * With `Tus-Resumable` it makes a resumable upload instead (tus: creation, creation-with-upload, concatenation): the body, if any, is its first bytes, the answer is empty and has a `Location`.
     */
    post: operations["upload_by_link_u__token__files_post"];
  };
  "/datasets": {
    /**
     * List Datasets
     * @description List own tables and shared ones, the newest upload first. `Link: rel="next"` leads to the next page.
     */
    get: operations["list_datasets_datasets_get"];
  };
  "/datasets/{dataset_id}": {
    /**
     * Read Dataset
     * @description Show a page of rows with the aggregates of every column.
     *
     * `row_count` counts all rows of the version, `matched` those that hold all filters; the aggregates are those of the
     * latter. A page of very long texts has fewer rows than it should and is `truncated`: ask for a smaller `size`, or go
     * on with `rows` and the cursor `next`, null at the end. Offers are counted with the aggregates, which are null with
     * `aggregates=false`, and when they take longer than a query may: then `aggregates_error` says so, and the rows come
     * all the same.
     */
    get: operations["read_dataset_datasets__dataset_id__get"];
  };
  "/datasets/{dataset_id}/rows": {
    /**
     * Read Rows
     * @description List rows. `next` is the cursor of the rows behind, null at the end; a cursor stays with its version.
     */
    get: operations["read_rows_datasets__dataset_id__rows_get"];
    /**
     * Insert Rows
     * @description Insert a row, an object of cells by column, or several as `{"rows": [...]}`; what is left out is null.
     */
    post: operations["insert_rows_datasets__dataset_id__rows_post"];
    /**
     * Delete Rows
     * @description Delete the rows whose ids are listed as `{"_rid": [...]}`, as one version.
     */
    delete: operations["delete_rows_datasets__dataset_id__rows_delete"];
    /**
     * Change Rows
     * @description Insert, update and delete rows as one version: all of it, or nothing.
     *
     * `on_misfit=skip` leaves cells as they are whose new values do not fit (null in new rows) and counts them.
     */
    patch: operations["change_rows_datasets__dataset_id__rows_patch"];
  };
  "/datasets/{dataset_id}/aggregate": {
    /**
     * Read Groups
     * @description Group rows by the values of a column, with a measure of each group; `more` when there are more than `limit`.
     *
     * `unit`: days and moments are put together by the unit of time in which they lie; a key is how that begins.
     */
    get: operations["read_groups_datasets__dataset_id__aggregate_get"];
  };
  "/datasets/{dataset_id}/profile": {
    /**
     * Read Profile
     * @description Show what a chart of one column needs: bins of numbers, counts over time, or the most frequent values.
     */
    get: operations["read_profile_datasets__dataset_id__profile_get"];
  };
  "/datasets/{dataset_id}/status": {
    /**
     * Read Status
     * @description Tell how far the table is, from the first byte of its upload on.
     */
    get: operations["read_status_datasets__dataset_id__status_get"];
  };
  "/datasets/{dataset_id}/crosstab": {
    /**
     * Read Crosstab
     * @description Measure the groups of one column, and, with `split`, of each value of a second one; the others are the rest.
     *
     * `limit` and `splits` say how many keys have a group of their own: the first ones, or, with `sort=-value` and
     * `split_sort=-value`, those with the largest values. What is left is measured as one, over its rows.
     */
    get: operations["read_crosstab_datasets__dataset_id__crosstab_get"];
  };
  "/datasets/{dataset_id}/boxes": {
    /**
     * Read Boxes
     * @description Show how the numbers of a column are spread in each group: least, quartiles and greatest, each a value of a row.
     *
     * Along `unit` in the order of time, else the groups with the most rows first.
     */
    get: operations["read_boxes_datasets__dataset_id__boxes_get"];
  };
  "/datasets/{dataset_id}/points": {
    /**
     * Read Points
     * @description Show two columns against each other: all rows that have both values, or an even sample of `limit` of them.
     */
    get: operations["read_points_datasets__dataset_id__points_get"];
  };
  "/datasets/{dataset_id}/export": {
    /**
     * Export
     * @description Download a version, or those rows and columns of it that are asked for.
     *
     * CSV has the cells and the header of the upload; `header` says whether there is a header in any case,
     * `dialect=original` is the upload itself, byte for byte, while nothing was edited, and takes its delimiter, quote and
     * row ends else; so it is in NDJSON if the upload was that. `safe` keeps spreadsheets from running cells.
     */
    get: operations["export_datasets__dataset_id__export_get"];
  };
  "/datasets/{dataset_id}/views": {
    /**
     * List Views
     * @description List the views of the caller, then those that others share.
     */
    get: operations["list_views_datasets__dataset_id__views_get"];
    /**
     * Put View
     * @description Keep a view, in place of the one of that name that the caller had (200); who shares it needs the role `edit`.
     *
     * Its filters, its order and its columns are those of the newest version.
     */
    post: operations["put_view_datasets__dataset_id__views_post"];
  };
  "/datasets/{dataset_id}/views/{name}": {
    /**
     * Read View
     * @description Show a view: the caller's own of that name, else one that is shared.
     */
    get: operations["read_view_datasets__dataset_id__views__name__get"];
    /**
     * Remove View
     * @description Forget a view of the caller; the owner of the table may forget those that others share.
     */
    delete: operations["remove_view_datasets__dataset_id__views__name__delete"];
  };
  "/sql": {
    /**
     * Run Statement
     * @description Run one statement that only reads, over the tables that the caller may see.
     *
     * Values are told as pages of tables tell them. CSV, Arrow and Parquet are sent while they are made, of any length.
     * What cannot be run is 422 with the `position` of the character where that is known; 408 when it takes too long; 413
     * when it needs too much memory, or the answer in JSON more than 32 MiB.
     */
    post: operations["run_statement_sql_post"];
  };
  "/sql/schema": {
    /**
     * Read Schema
     * @description List the tables that statements of the caller may name, with their columns; `q`: a part of the name.
     */
    get: operations["read_schema_sql_schema_get"];
  };
  "/sql/save": {
    /**
     * Save Result
     * @description Keep all rows of a statement's result as a table of the caller's, which knows the statement.
     *
     * The answer is the entry of a file that has the result as Parquet; it becomes a table as every upload does. Nothing
     * is kept of a statement that fails. The limits are those of statements in other formats than JSON, and of uploads.
     */
    post: operations["save_result_sql_save_post"];
  };
  "/datasets/{dataset_id}/refresh": {
    /**
     * Read Refresh
     * @description Tell how far the last refresh is that was asked for, and what it came to.
     */
    get: operations["read_refresh_datasets__dataset_id__refresh_get"];
    /**
     * Refresh Dataset
     * @description Run the statement again that made the table, over the tables as they are now: its result is the newest version.
     *
     * Edits stay in the versions before. The answer is the version; of a statement that takes longer than 20 seconds 202,
     * and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
     */
    post: operations["refresh_dataset_datasets__dataset_id__refresh_post"];
  };
  "/datasets/{dataset_id}/rows/{rid}": {
    /**
     * Delete Row
     * @description Delete one row. With `If-Match`, only while the row is still as it was in that version.
     */
    delete: operations["delete_row_datasets__dataset_id__rows__rid__delete"];
    /**
     * Update Row
     * @description Set cells of one row. With `If-Match`, only while the row is still as it was in that version.
     */
    patch: operations["update_row_datasets__dataset_id__rows__rid__patch"];
  };
  "/datasets/{dataset_id}/versions": {
    /**
     * List Versions
     * @description List versions, newest first; `before` goes on behind the last one of an answer.
     */
    get: operations["list_versions_datasets__dataset_id__versions_get"];
  };
  "/datasets/{dataset_id}/versions/{a}/diff/{b}": {
    /**
     * Compare Versions
     * @description Count the rows that version `b` has more, less and otherwise than version `a`; `rows`: show so many of each.
     */
    get: operations["compare_versions_datasets__dataset_id__versions__a__diff__b__get"];
  };
  "/datasets/{dataset_id}/versions/{version}/pin": {
    /**
     * Pin Version
     * @description Keep a version, whatever the retention is.
     */
    put: operations["pin_version_datasets__dataset_id__versions__version__pin_put"];
    /**
     * Unpin Version
     * @description Leave a version to the retention again.
     */
    delete: operations["unpin_version_datasets__dataset_id__versions__version__pin_delete"];
  };
  "/datasets/{dataset_id}/restore": {
    /**
     * Restore Version
     * @description Bring a version back, as a new one. With `If-Match`, only while that version is the newest.
     */
    post: operations["restore_version_datasets__dataset_id__restore_post"];
  };
  "/datasets/{dataset_id}/append": {
    /**
     * Append File
     * @description Append the rows of another finished file. With `If-Match`, only while that version is the newest.
     */
    post: operations["append_file_datasets__dataset_id__append_post"];
  };
  "/datasets/{dataset_id}/replace": {
    /**
     * Replace Rows
     * @description Take the rows and columns of another finished file in place of those of the table, as a new version.
     *
     * Columns are matched by name. With `If-Match`, only while that version is the newest.
     */
    post: operations["replace_rows_datasets__dataset_id__replace_post"];
  };
  "/datasets/{dataset_id}/reread": {
    /**
     * Read Reread
     * @description Tell how far the last reading of the file is that was asked for, and what it came to.
     */
    get: operations["read_reread_datasets__dataset_id__reread_get"];
    /**
     * Reread File
     * @description Read the table's own file again, with options as `preview` takes them, and make that the newest version.
     *
     * Edits and appended rows stay in the versions before. The answer is the version; of a file that takes longer than 20
     * seconds 202, and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
     */
    post: operations["reread_file_datasets__dataset_id__reread_post"];
  };
  "/files/{file_id}/rejects/{n}": {
    /**
     * Mend Reject
     * @description Make a reject a row of the table, in its place, from its corrected text; that is a version.
     *
     * `n` is its number in the list of rejects. With `If-Match`, only while that version is the newest.
     */
    post: operations["mend_reject_files__file_id__rejects__n__post"];
  };
  "/datasets/{dataset_id}/columns": {
    /**
     * Add Column
     * @description Add a column behind the others. With `If-Match`, only while that version is the newest.
     *
     * An expression has a value for each row, from its other cells: SQL without queries, aggregates and files. Values
     * that do not fit the type are null (`misses`).
     */
    post: operations["add_column_datasets__dataset_id__columns_post"];
  };
  "/datasets/{dataset_id}/columns/{name}": {
    /**
     * Drop Column
     * @description Drop a column. With `If-Match`, only while that version is the newest.
     */
    delete: operations["drop_column_datasets__dataset_id__columns__name__delete"];
    /**
     * Change Column
     * @description Rename a column, or read its cells as another type. With `If-Match`, only while that version is the newest.
     *
     * Cells that do not fit the type are null (`misses`); their text is kept, and comes back in exports, with `text=true`,
     * and when the type is `text` again.
     */
    patch: operations["change_column_datasets__dataset_id__columns__name__patch"];
  };
  "/datasets/{dataset_id}/edits/check": {
    /**
     * Check Cells
     * @description Tell which cells of an edit would not fit the newest version; nothing is changed.
     */
    post: operations["check_cells_datasets__dataset_id__edits_check_post"];
  };
  "/datasets/{dataset_id}/edits/find": {
    /**
     * Find Cells
     * @description Count the cells in which a text stands, and what replacing it would come to; nothing is changed.
     */
    post: operations["find_cells_datasets__dataset_id__edits_find_post"];
  };
  "/datasets/{dataset_id}/edits/replace": {
    /**
     * Replace Cells
     * @description Replace a text wherever it stands in cells, as one version. With `If-Match`, only while that is the newest.
     *
     * The answer counts what was replaced, and `version` is the one that has it; where nothing becomes another, none is
     * made.
     */
    post: operations["replace_cells_datasets__dataset_id__edits_replace_post"];
  };
  "/datasets/{dataset_id}/edits/undo": {
    /**
     * Undo Version
     * @description Take back what a version changed in rows, as a new version, which can be taken back in the same way.
     *
     * Only where nobody has changed since what it changed; else nothing is done.
     */
    post: operations["undo_version_datasets__dataset_id__edits_undo_post"];
  };
  "/datasets/{dataset_id}/rows/{rid}/history": {
    /**
     * Read Cell History
     * @description Tell what became of a cell, newest first, from the versions that are kept; 200 of them are looked at.
     */
    get: operations["read_cell_history_datasets__dataset_id__rows__rid__history_get"];
  };
  "/events": {
    /**
     * Events
     * @description Follow the files of the user and all shared ones. Goes on after `Last-Event-ID`, or `?last_event_id`.
     */
    get: operations["events_events_get"];
  };
  "/live/signals": {
    /**
     * List Signals
     * @description List the live signals.
     */
    get: operations["list_signals_live_signals_get"];
  };
  "/live/signals/{name}": {
    /**
     * Read Signal
     * @description Page through the stored samples of a signal, a day of them.
     */
    get: operations["read_signal_live_signals__name__get"];
  };
  "/livez": {
    /**
     * Livez
     * @description Tell that the process answers.
     */
    get: operations["livez_livez_get"];
  };
  "/readyz": {
    /**
     * Readyz
     * @description Tell that database and storage take a write right now and files are converted.
     *
     * 503 when not, or when the server is stopping; `conversion_stalled`: files wait and no worker moves. A server without
     * workers of its own is `degraded` then, and goes on to take uploads: those elsewhere may come back. So is one without
     * its Redis: everything goes on, and others hear of it a second later.
     */
    get: operations["readyz_readyz_get"];
  };
  "/metrics": {
    /**
     * Metrics
     * @description Show the metrics in the Prometheus text format.
     */
    get: operations["metrics_metrics_get"];
  };
  "/u/{token}/files/{file_id}": {
    /**
     * Give an upload by a link up
     * @description Remove it while it is unfinished (tus).
     */
    delete: operations["linked_upload_remove"];
    /**
     * Where an upload stands
     * @description Tell how many bytes of an upload are stored: go on from there.
     */
    head: operations["linked_upload_state"];
    /**
     * Go on with an upload by a link
     * @description Append the body at `Upload-Offset` (tus).
     */
    patch: operations["linked_upload_append"];
  };
}

export type webhooks = Record<string, never>;

export interface components {
  schemas: {
    /**
     * AdminUser
     * @description An account, with the number of its files and the bytes of these as they were uploaded.
     *
     * `quota_bytes` is a quota of its own, 0: any number of bytes; null: the server's. So are its limits: requests in a
     * minute, uploads whose bytes come at the same time, bytes of uploads in a second.
     */
    AdminUser: {
      /** Id */
      id: string;
      /** Username */
      username: string;
      /** Is Admin */
      is_admin: boolean;
      /** Disabled */
      disabled: boolean;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Files */
      files: number;
      /** Bytes */
      bytes: number;
      /** Quota Bytes */
      quota_bytes: number | null;
      /** Limit Requests */
      limit_requests: number | null;
      /** Limit Uploads */
      limit_uploads: number | null;
      /** Limit Bandwidth */
      limit_bandwidth: number | null;
    };
    /**
     * AggregatesError
     * @description Why there are no aggregates. `code` is stable.
     */
    AggregatesError: {
      /** Code */
      code: string;
      /** Detail */
      detail: string;
    };
    /**
     * AppendOrder
     * @description Which file's rows to append; `again`: also when a file of the same bytes is in the table.
     */
    AppendOrder: {
      /** File Id */
      file_id: string;
      /**
       * Again
       * @default false
       */
      again?: boolean;
      /** Message */
      message?: string | null;
    };
    /**
     * ArchiveOrder
     * @description The ids of the files that are to come as one ZIP.
     */
    ArchiveOrder: {
      /** Ids */
      ids: string[];
    };
    /**
     * AuditRow
     * @description Something that was done to an account or to rights. `actor` null: by somebody at the server's machine.
     */
    AuditRow: {
      /** Id */
      id: number;
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Actor */
      actor: string | null;
      /** Action */
      action: string;
      /** Subject */
      subject: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
    };
    /**
     * Bin
     * @description Rows with values from one border to the next.
     */
    Bin: {
      /** From */
      from: number;
      /** To */
      to: number;
      /** Count */
      count: number;
    };
    /**
     * Box
     * @description A group of numbers: how many, and five of them; each is the value of a row.
     */
    Box: {
      /** Key */
      key: unknown;
      /** Text */
      text: string | null;
      /** Count */
      count: number;
      /** Min */
      min: unknown;
      /** Q1 */
      q1: unknown;
      /** Median */
      median: unknown;
      /** Q3 */
      q3: unknown;
      /** Max */
      max: unknown;
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * Boxes
     * @description Boxes of a column; `more`: there are groups without one.
     */
    Boxes: {
      /** Version */
      version: number;
      /** Column */
      column: string;
      /** By */
      by: string | null;
      /** Unit */
      unit: string | null;
      /** Boxes */
      boxes: components["schemas"]["Box"][];
      /** More */
      more: boolean;
    };
    /**
     * CameBy
     * @description The upload link by which a file came; it may have been taken back since.
     */
    CameBy: {
      /** Id */
      id: string;
      /** Name */
      name: string;
    };
    /**
     * CellChangeShown
     * @description A version that changed a cell, by whom, from what to what; null: it had no value.
     *
     * `what` is `added` where the row or the column is new in it, `removed` where one of them is gone.
     */
    CellChangeShown: {
      /** Version */
      version: number;
      /**
       * Kind
       * @description As in the list of versions.
       */
      kind: string;
      /** Author */
      author: string | null;
      /** Message */
      message: string | null;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /**
       * What
       * @enum {string}
       */
      what: "set" | "added" | "removed";
      /** Before */
      before: string | null;
      /** After */
      after: string | null;
    };
    /**
     * CellHistoryShown
     * @description The changes of a cell, newest first; `next`: ask again with `before` of it for older ones, null at the end.
     *
     * `is_cut`: versions before these are no longer kept, and may have changed it too.
     */
    CellHistoryShown: {
      /** Rid */
      _rid: number;
      /** Column */
      column: string;
      /** Version */
      version: number;
      /** Changes */
      changes: components["schemas"]["CellChangeShown"][];
      /** Next */
      next: number | null;
      /** Is Cut */
      is_cut: boolean;
    };
    /**
     * Changed
     * @description What a batch of edits did: the new version, and the rows as they are now.
     *
     * `skipped`: with `on_misfit=skip`, the cells whose new values did not fit.
     */
    Changed: {
      /** Version */
      version: number;
      /** Inserted */
      inserted: {
          [key: string]: unknown;
        }[];
      /** Updated */
      updated: {
          [key: string]: unknown;
        }[];
      /** Deleted */
      deleted: number[];
      /** Skipped */
      skipped?: number | null;
    };
    /**
     * Changes
     * @description Rows to insert, cells to set in rows named by `_rid`, and ids of rows to delete, all in one version.
     *
     * `on_misfit`: whether a cell that does not fit its column is left out, or the whole is refused.
     */
    Changes: {
      /** Insert */
      insert?: {
          [key: string]: unknown;
        }[];
      /** Update */
      update?: {
          [key: string]: unknown;
        }[];
      /** Delete */
      delete?: number[];
      /**
       * On Misfit
       * @default refuse
       * @enum {string}
       */
      on_misfit?: "refuse" | "skip";
      /** Message */
      message?: string | null;
    };
    /**
     * CheckedCells
     * @description What an edit would come to in the newest version: its cells, and those that do not fit; the first are shown.
     */
    CheckedCells: {
      /** Version */
      version: number;
      /** Cells */
      cells: number;
      /** Misfit Count */
      misfit_count: number;
      /** Misfits */
      misfits: components["schemas"]["MisfitShown"][];
    };
    /**
     * ColumnAggregates
     * @description Aggregates of one column. `count` leaves nulls out; `distinct_exact` false: `distinct` is an estimate.
     *
     * `cut`: long texts among them end with an ellipsis after 1,000 characters.
     */
    ColumnAggregates: {
      /** Count */
      count: number;
      /** Nulls */
      nulls: number;
      /** Min */
      min: unknown;
      /** Max */
      max: unknown;
      /** Mean */
      mean: unknown;
      /** Sum */
      sum: unknown;
      /** Distinct */
      distinct: number;
      /** Distinct Exact */
      distinct_exact: boolean;
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * ColumnAnswer
     * @description What became of a column: its cells with a value, those without one, and those that do not fit its type.
     *
     * `column` is null when it was dropped.
     */
    ColumnAnswer: {
      /** Version */
      version: number;
      column: components["schemas"]["ColumnRef"] | null;
      /** Converted */
      converted: number;
      /** Missing */
      missing: number;
      /** Misses */
      misses: number;
    };
    /**
     * ColumnChanges
     * @description What a column becomes; what is left out stays.
     *
     * `name` is what it is called from now on; `type` and `style` are those of columns, a type alone gets the style in
     * which most cells fit; `missing` are the cells that mean that there is no value, without it those that usually do.
     */
    ColumnChanges: {
      /** Name */
      name?: string | null;
      /** Type */
      type?: string | null;
      /** Style */
      style?: string | null;
      /** Missing */
      missing?: string[] | null;
      /** Message */
      message?: string | null;
    };
    /**
     * ColumnOffer
     * @description A type that a column of text could have: `fits` of its cells, `misses` do not, of which some are `examples`.
     */
    ColumnOffer: {
      /** Type */
      type: string;
      /** Style */
      style: string;
      /** Fits */
      fits: number;
      /** Misses */
      misses: number;
      /** Examples */
      examples: string[];
    };
    /**
     * ColumnOrder
     * @description A column to add behind the others: `value` for every row, or a SQL `expression` over the cells of each.
     */
    ColumnOrder: {
      /** Name */
      name: string;
      /** Type */
      type: string;
      /** Style */
      style?: string | null;
      /** Value */
      value?: unknown;
      /** Expression */
      expression?: string | null;
      /** Message */
      message?: string | null;
    };
    /**
     * ColumnRef
     * @description A column of the table.
     *
     * `style` is how its cells are written, null in lists where it was not kept yet; `missing` counts the words that are
     * no values, such as `NA`, over all rows of the version; `offers` are null where they are not counted: in lists, and
     * for a large table at first.
     */
    ColumnRef: {
      /** Name */
      name: string;
      /** Type */
      type: string;
      /** Style */
      style: string | null;
      /**
       * Missing
       * @default {}
       */
      missing?: {
        [key: string]: number;
      };
      /** Offers */
      offers?: components["schemas"]["ColumnOffer"][] | null;
    };
    /**
     * Content
     * @description The first rows. `next` is where more are, null at the end; `truncated` names the cells that are not whole.
     */
    Content: {
      /** Columns */
      columns: components["schemas"]["ColumnRef"][];
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
      /** Total */
      total: number | null;
      /** Next */
      next: string | null;
      /** Truncated */
      truncated: components["schemas"]["CutCell"][];
    };
    /**
     * Conversion
     * @description How conversion moves: jobs that wait, how long the first of them has waited, jobs that run, and that hang.
     */
    Conversion: {
      /** Waiting */
      waiting: number;
      /** Late Seconds */
      late_seconds: number;
      /** Running */
      running: number;
      /** Stuck */
      stuck: number;
    };
    /**
     * CrossGroup
     * @description A key of the first dimension, as value and as written, and its measure. `cut`: of a long text the start.
     */
    CrossGroup: {
      /** Key */
      key: unknown;
      /** Text */
      text: string | null;
      /** Value */
      value: unknown;
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * CrossTable
     * @description A measure for each key of one dimension, and of two; without a second one `splits` is empty.
     */
    CrossTable: {
      /** Version */
      version: number;
      /** By */
      by: string;
      /** Unit */
      unit: string | null;
      /** Split */
      split: string | null;
      /** Split Unit */
      split_unit: string | null;
      /** Measure */
      measure: string;
      /** Groups */
      groups: components["schemas"]["CrossGroup"][];
      rest: components["schemas"]["RestGroups"] | null;
      /** Splits */
      splits: components["schemas"]["Split"][];
      others: components["schemas"]["OtherSplits"] | null;
    };
    /**
     * CutCell
     * @description A cell of which only the start is shown: the row's place in `rows`, and how many characters the cell has.
     */
    CutCell: {
      /** Row */
      row: number;
      /** Column */
      column: string;
      /** Length */
      length: number;
    };
    /**
     * Damage
     * @description Why a table that there is cannot be shown.
     */
    Damage: {
      /** Code */
      code: string;
      /** Message */
      message: string;
    };
    /**
     * Dataset
     * @description A dataset in its newest version.
     */
    Dataset: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Columns */
      columns: components["schemas"]["ColumnRef"][];
      /** Row Count */
      row_count: number;
      /** Version */
      version: number;
      /**
       * Updated At
       * Format: date-time
       */
      updated_at: string;
    };
    /**
     * DeleteRowsRequest
     * @description Ids of rows to delete.
     */
    DeleteRowsRequest: {
      /** Rid */
      _rid: number[];
      /** Message */
      message?: string | null;
    };
    /**
     * Detail
     * @description A file with its first rows; `content` is null until there are any, and where `damage` says why not.
     *
     * `origin`: the statement that made the table, shown to its owner.
     */
    Detail: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Size */
      size: number | null;
      /** Offset */
      offset: number;
      /** Content Type */
      content_type: string | null;
      /**
       * Status
       * @enum {string}
       */
      status: "uploading" | "processing" | "done" | "error";
      /** Progress */
      progress: number;
      error: components["schemas"]["FileError"] | null;
      /**
       * Uploaded At
       * Format: date-time
       */
      uploaded_at: string;
      /** Finished At */
      finished_at: string | null;
      /** Row Count */
      row_count: number | null;
      /** Reject Count */
      reject_count: number;
      /** Warnings */
      warnings: components["schemas"]["Warned"][];
      /** Parquet Path */
      parquet_path: string | null;
      /** Dataset Id */
      dataset_id: string | null;
      /** Sha256 */
      sha256: string | null;
      /** Owner */
      owner: string;
      /** Shared */
      shared: boolean;
      /**
       * Role
       * @enum {string}
       */
      role: "owner" | "edit" | "view";
      /** Path */
      path: string | null;
      /** Ahead */
      ahead: number | null;
      /** Source Url */
      source_url: string | null;
      upload_link: components["schemas"]["CameBy"] | null;
      /** Tags */
      tags: string[];
      content: components["schemas"]["Content"] | null;
      damage?: components["schemas"]["Damage"] | null;
      origin?: components["schemas"]["QueryOrigin"] | null;
    };
    /**
     * DialectShown
     * @description How a file is written. An empty quote or escape: there is none.
     */
    DialectShown: {
      /** Format */
      format: string;
      /** Encoding */
      encoding: string;
      /** Encoding Confidence */
      encoding_confidence: number;
      /** Delimiter */
      delimiter: string;
      /** Quote */
      quote: string;
      /** Escape */
      escape: string;
      /** Newline */
      newline: string;
      /** Header Rows */
      header_rows: number;
      /** Skip Rows */
      skip_rows: number;
    };
    /**
     * Difference
     * @description How many rows version `to` has more, less and otherwise than version `from`, by row id; `rows` if asked for.
     */
    Difference: {
      /** From */
      from: number;
      /** To */
      to: number;
      /** Added */
      added: number;
      /** Removed */
      removed: number;
      /** Changed */
      changed: number;
      rows?: components["schemas"]["RowsApartShown"] | null;
    };
    /**
     * Entry
     * @description A file. `progress` is 0 to 100 over upload and parsing together and never goes back; `role`: the caller's.
     *
     * `path`: the folder that the file was in inside an uploaded folder. `ahead`: how many jobs go before its own, null
     * when it does not wait. `source_url`: where the server got it, without login and query; null: it was uploaded.
     * `upload_link`: by which one it came, null when its owner uploaded it, and for everybody else.
     */
    Entry: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Size */
      size: number | null;
      /** Offset */
      offset: number;
      /** Content Type */
      content_type: string | null;
      /**
       * Status
       * @enum {string}
       */
      status: "uploading" | "processing" | "done" | "error";
      /** Progress */
      progress: number;
      error: components["schemas"]["FileError"] | null;
      /**
       * Uploaded At
       * Format: date-time
       */
      uploaded_at: string;
      /** Finished At */
      finished_at: string | null;
      /** Row Count */
      row_count: number | null;
      /** Reject Count */
      reject_count: number;
      /** Warnings */
      warnings: components["schemas"]["Warned"][];
      /** Parquet Path */
      parquet_path: string | null;
      /** Dataset Id */
      dataset_id: string | null;
      /** Sha256 */
      sha256: string | null;
      /** Owner */
      owner: string;
      /** Shared */
      shared: boolean;
      /**
       * Role
       * @enum {string}
       */
      role: "owner" | "edit" | "view";
      /** Path */
      path: string | null;
      /** Ahead */
      ahead: number | null;
      /** Source Url */
      source_url: string | null;
      upload_link: components["schemas"]["CameBy"] | null;
      /** Tags */
      tags: string[];
    };
    /**
     * ExampleCell
     * @description A cell that is found, with its text before and after; `fits` false: that is no value of its column's type.
     */
    ExampleCell: {
      /** Rid */
      _rid: number;
      /** Column */
      column: string;
      /** Before */
      before: string;
      /** After */
      after: string;
      /** Fits */
      fits: boolean;
    };
    /**
     * FetchRequest
     * @description What to fetch, what to call it (left out: what its source does), and how to read it.
     *
     * `dataset`: id of the table that its rows are appended to.
     */
    FetchRequest: {
      /** Delimiter */
      delimiter?: string | null;
      /** Quote */
      quote?: string | null;
      /** Escape */
      escape?: string | null;
      /** Comment */
      comment?: string | null;
      /** Encoding */
      encoding?: string | null;
      /** Header */
      header?: number | null;
      /** Skip */
      skip?: number | null;
      /** Sheet */
      sheet?: string | null;
      /** Member */
      member?: string | null;
      /** Path */
      path?: string | null;
      /** Widths */
      widths?: number[] | string | null;
      /** Types */
      types?: ({
        [key: string]: components["schemas"]["TypeChoice"] | string;
      }) | null;
      /** Names */
      names?: string[] | null;
      /** Nulls */
      nulls?: string[] | null;
      /** Missing */
      missing?: string[] | null;
      /** Url */
      url: string;
      /** Name */
      name?: string | null;
      /** Dataset */
      dataset?: string | null;
    };
    /**
     * FileChange
     * @description What to change about a file.
     */
    FileChange: {
      /** Name */
      name?: string | null;
      /** Shared */
      shared?: boolean | null;
      /** Tags */
      tags?: string[] | null;
    };
    /**
     * FileError
     * @description Why a file could not become a table. `code` is stable.
     */
    FileError: {
      /** Code */
      code: string;
      /** Message */
      message: string;
    };
    /**
     * FindOrder
     * @description What to find in cells as they are written, and what to put in its place.
     *
     * `columns`: in these alone. `case`: capitals are other letters; `whole`: the whole cell; `regex`: `find` is a regular
     * expression of RE2, and `$1` in `replace` what its first group has found, `$0` all of it, `$$` a dollar.
     */
    FindOrder: {
      /** Find */
      find: string;
      /**
       * Replace
       * @default
       */
      replace?: string;
      /** Columns */
      columns?: string[] | null;
      /**
       * Case
       * @default false
       */
      case?: boolean;
      /**
       * Whole
       * @default false
       */
      whole?: boolean;
      /**
       * Regex
       * @default false
       */
      regex?: boolean;
    };
    /**
     * FindReplaceOrder
     * @description What to replace; `on_misfit`: whether cells whose new text does not fit are left, or nothing is replaced.
     */
    FindReplaceOrder: {
      /** Find */
      find: string;
      /**
       * Replace
       * @default
       */
      replace?: string;
      /** Columns */
      columns?: string[] | null;
      /**
       * Case
       * @default false
       */
      case?: boolean;
      /**
       * Whole
       * @default false
       */
      whole?: boolean;
      /**
       * Regex
       * @default false
       */
      regex?: boolean;
      /**
       * On Misfit
       * @default refuse
       * @enum {string}
       */
      on_misfit?: "refuse" | "skip";
      /** Message */
      message?: string | null;
    };
    /**
     * FirstReject
     * @description Text that cannot be read into the table; `n` counts from 0, `line` from 1.
     */
    FirstReject: {
      /** N */
      n: number;
      /** Line */
      line: number;
      /** Byte */
      byte: number;
      /** Column */
      column: string | null;
      /** Code */
      code: string;
      /** Text */
      text: string;
    };
    /**
     * Found
     * @description Files that were found; `total` counts those that are not listed too.
     */
    Found: {
      /** Files */
      files: components["schemas"]["Entry"][];
      /** Total */
      total: number;
    };
    /**
     * FoundCells
     * @description What is found in a version, or was replaced: cells with a match, by column too.
     *
     * `changing` of them become others that fit, in `rows` rows; `misfits` have a new text that does not fit.
     */
    FoundCells: {
      /** Version */
      version: number;
      /** Cells */
      cells: number;
      /** Changing */
      changing: number;
      /** Rows */
      rows: number;
      /** Misfits */
      misfits: number;
      /** By Column */
      by_column: {
        [key: string]: number;
      };
      /** Misfits By Column */
      misfits_by_column: {
        [key: string]: number;
      };
      /** Examples */
      examples: components["schemas"]["ExampleCell"][];
    };
    /**
     * Frequent
     * @description A value and its rows. `cut`: of a long text the start.
     */
    Frequent: {
      /** Value */
      value: unknown;
      /** Count */
      count: number;
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * Given
     * @description Somebody's role in a file; the name `*` stands for every user.
     */
    Given: {
      /** Username */
      username: string;
      /**
       * Role
       * @enum {string}
       */
      role: "edit" | "view";
    };
    /**
     * Group
     * @description A group: the value of the column that rows are grouped by, and the measure. `cut`: of a long text the start.
     */
    Group: {
      /** Key */
      key: unknown;
      /** Value */
      value: unknown;
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * Groups
     * @description Groups of rows; `more`: there are others. `unit`: of time, null where the values themselves are the keys.
     */
    Groups: {
      /** Version */
      version: number;
      /** By */
      by: string;
      /** Measure */
      measure: string;
      /** Unit */
      unit: string | null;
      /** Groups */
      groups: components["schemas"]["Group"][];
      /** More */
      more: boolean;
    };
    /**
     * Inserted
     * @description The rows that were inserted, and the version that has them.
     */
    Inserted: {
      /** Version */
      version: number;
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
    };
    /**
     * JobRef
     * @description A job. `name` and `owner` are those of its file, null when it is for none, or the file is gone.
     *
     * `worker`: machine and process that run it now, null for one that does not run.
     */
    JobRef: {
      /** Id */
      id: string;
      /** Kind */
      kind: string;
      /** Subject */
      subject: string;
      /** Name */
      name: string | null;
      /** Owner */
      owner: string | null;
      /** State */
      state: string;
      /** Attempt */
      attempt: number;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /**
       * Run After
       * Format: date-time
       */
      run_after: string;
      /** Finished At */
      finished_at: string | null;
      /** Worker */
      worker: string | null;
      error: components["schemas"]["FileError"] | null;
    };
    /**
     * KeyRef
     * @description An API key, without the key. `scopes` null: it may do everything but the account.
     */
    KeyRef: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Scopes */
      scopes: (("read" | "upload" | "write")[]) | null;
      /** Expires At */
      expires_at: string | null;
    };
    /**
     * LinkPassword
     * @description The password of a link.
     */
    LinkPassword: {
      /**
       * Password
       * @default
       */
      password?: string;
    };
    /**
     * LinkRef
     * @description A link to a file, without its token.
     */
    LinkRef: {
      /** Id */
      id: string;
      /**
       * Role
       * @constant
       */
      role: "view";
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Expires At */
      expires_at: string | null;
      /** Has Password */
      has_password: boolean;
    };
    /**
     * LinkedFile
     * @description What a link leads to.
     */
    LinkedFile: {
      /** File Id */
      file_id: string;
      /** Has Password */
      has_password: boolean;
      /** Expires At */
      expires_at: string | null;
    };
    /**
     * LoginAnswer
     * @description A login; the same token also comes as a cookie.
     */
    LoginAnswer: {
      /** Access Token */
      access_token: string;
      /**
       * Token Type
       * @default bearer
       * @constant
       */
      token_type?: "bearer";
      /** Expires In */
      expires_in: number;
      /** Token */
      token: string;
      user: components["schemas"]["UserRef"];
    };
    /**
     * LookedAt
     * @description What a preview tells of: bytes of text, the rows in them, and whether that is the whole file.
     */
    LookedAt: {
      /** Bytes */
      bytes: number;
      /** Rows */
      rows: number;
      /** Complete */
      complete: boolean;
    };
    /**
     * Me
     * @description The user that a login belongs to.
     */
    Me: {
      /** Id */
      id: string;
      /** Username */
      username: string;
      /** Is Admin */
      is_admin: boolean;
    };
    /**
     * MendOrder
     * @description The corrected text of a reject: one row, written as the file writes its rows.
     */
    MendOrder: {
      /** Text */
      text: string;
      /** Message */
      message?: string | null;
    };
    /**
     * MendedReject
     * @description The row that reject number `n` became; `index`: where it stands in the table, from 0.
     */
    MendedReject: {
      /** Version */
      version: number;
      /** N */
      n: number;
      /** Index */
      index: number;
      /** Row */
      row: {
        [key: string]: unknown;
      };
    };
    /**
     * MisfitShown
     * @description A cell that does not fit its column: of the row `_rid`, or of new row number `index` of the request.
     */
    MisfitShown: {
      /** Rid */
      _rid: number | null;
      /** Index */
      index: number | null;
      /** Column */
      column: string;
      /** Value */
      value: unknown;
      /** Detail */
      detail: string;
    };
    /**
     * NewKey
     * @description What to call an API key, what it may do (null: everything but the account) and until when (null: for good).
     */
    NewKey: {
      /**
       * Name
       * @default key
       */
      name?: string;
      /** Scopes */
      scopes?: (("read" | "upload" | "write")[]) | null;
      /** Expires At */
      expires_at?: string | null;
    };
    /**
     * NewLink
     * @description A link to make: until when it is good (null: for good), and the password that it asks for (null: none).
     */
    NewLink: {
      /**
       * Role
       * @default view
       * @constant
       */
      role?: "view";
      /** Expires At */
      expires_at?: string | null;
      /** Password */
      password?: string | null;
    };
    /**
     * NewPassword
     * @description The password that somebody has, and the one that they want.
     */
    NewPassword: {
      /** Old */
      old: string;
      /** New */
      new: string;
    };
    /**
     * NewUploadLink
     * @description An upload link to make: what it is for, until when it is good, and what may come by it; null: without a limit.
     *
     * `max_bytes`: of all files together. `extensions`: endings of names that are taken, empty: all.
     */
    NewUploadLink: {
      /** Name */
      name: string;
      /** Expires At */
      expires_at?: string | null;
      /** Max Bytes */
      max_bytes?: number | null;
      /** Max Files */
      max_files?: number | null;
      /** Extensions */
      extensions?: string[] | null;
    };
    /**
     * NewUser
     * @description An account to make.
     */
    NewUser: {
      /** Username */
      username: string;
      /** Password */
      password: string;
      /**
       * Is Admin
       * @default false
       */
      is_admin?: boolean;
    };
    /**
     * NewView
     * @description A view to keep: `filter`, `q` and `sort` as in the address of rows, the `columns` that it shows (null: all).
     *
     * `page`: the query of the page's address, for what only the page shows: tab, widths, chart, version.
     * `shared`: everybody who sees the table sees it too.
     */
    NewView: {
      /** Name */
      name: string;
      /** Filter */
      filter?: string[];
      /** Sort */
      sort?: string[];
      /** Columns */
      columns?: string[] | null;
      /**
       * Q
       * @default
       */
      q?: string;
      /**
       * Page
       * @default
       */
      page?: string;
      /**
       * Shared
       * @default false
       */
      shared?: boolean;
    };
    /**
     * OpenUploadLink
     * @description What whoever has an upload link may know of it: what it is for, and what may still come by it.
     *
     * `bytes_left` and `files_left` are null without a limit, `max_size` is the largest file in bytes.
     */
    OpenUploadLink: {
      /** Name */
      name: string;
      /** Expires At */
      expires_at: string | null;
      /** Bytes Left */
      bytes_left: number | null;
      /** Files Left */
      files_left: number | null;
      /** Max Size */
      max_size: number | null;
      /** Extensions */
      extensions: string[];
    };
    /**
     * OpenedLink
     * @description A token that reads the file `file_id`, as bearer token or `?link=`. `expires_in` is seconds.
     */
    OpenedLink: {
      /** Token */
      token: string;
      /** File Id */
      file_id: string;
      /** Expires In */
      expires_in: number;
    };
    /**
     * OtherSplits
     * @description Keys of the second dimension without a line of their own.
     */
    OtherSplits: {
      /** Groups */
      groups: number;
      /** Values */
      values: unknown[];
    };
    /**
     * Parsed
     * @description Bytes and rows that are in the table.
     */
    Parsed: {
      /** Bytes */
      bytes: number;
      /** Rows */
      rows: number;
    };
    /**
     * Point
     * @description Rows of one unit of time, that begins at `from`.
     */
    Point: {
      /** From */
      from: string;
      /** Count */
      count: number;
    };
    /**
     * Points
     * @description Points of two columns; `total` counts all rows that have both values, of which `points` may be a sample.
     */
    Points: {
      /** Version */
      version: number;
      /** X */
      x: string;
      /** Y */
      y: string;
      /** Points */
      points: components["schemas"]["ScatterPoint"][];
      /** Total */
      total: number;
    };
    /**
     * PreviewShown
     * @description The beginning of a file as it would be read; the types are those of the rows that were looked at.
     */
    PreviewShown: {
      dialect: components["schemas"]["DialectShown"];
      /** Columns */
      columns: components["schemas"]["ColumnRef"][];
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
      /** Rejects */
      rejects: components["schemas"]["FirstReject"][];
      /** Warnings */
      warnings: components["schemas"]["Warned"][];
      looked_at: components["schemas"]["LookedAt"];
    };
    /**
     * Problem
     * @description A refusal (RFC 9457). `code` is stable.
     */
    Problem: {
      /** Type */
      type: string;
      /** Title */
      title: string;
      /** Status */
      status: number;
      /** Detail */
      detail: string;
      /** Code */
      code: string;
    };
    /**
     * Profile
     * @description What a chart of a column shows. `shape` tells which fields there are.
     */
    Profile: {
      /** Version */
      version: number;
      /** Column */
      column: string;
      /** Type */
      type: string;
      /**
       * Shape
       * @enum {string}
       */
      shape: "histogram" | "series" | "values";
      /** Bins */
      bins?: components["schemas"]["Bin"][] | null;
      /** Unit */
      unit?: string | null;
      /** Points */
      points?: components["schemas"]["Point"][] | null;
      /** Values */
      values?: components["schemas"]["Frequent"][] | null;
      /** Other */
      other?: number | null;
    };
    /**
     * Progress
     * @description How far a file is.
     */
    Progress: {
      /** File Id */
      file_id: string;
      /**
       * Status
       * @enum {string}
       */
      status: "uploading" | "processing" | "done" | "error";
      /** Progress */
      progress: number;
      upload: components["schemas"]["Received"];
      parse: components["schemas"]["Parsed"];
      /** Ahead */
      ahead: number | null;
    };
    /**
     * QueryOrigin
     * @description The statement that a table was made by, and its parameters.
     */
    QueryOrigin: {
      /** Query */
      query: string;
      /** Params */
      params: {
        [key: string]: unknown;
      } | unknown[] | null;
    };
    /**
     * ReadingOptions
     * @description How to read a file; what is left out is found out.
     *
     * `quote` and `escape` may be empty: there is none. `header` counts rows of names (0: the first row is data), `skip`
     * lines above them. `comment` starts lines that are no rows. `sheet`: of a workbook; `member`: of an archive; `path`:
     * the keys of the array of objects in JSON, with points between them; `widths`: characters of each column of lines
     * without delimiters. `types` by column; `names`: of the columns, in
     * order; `nulls`: words that stand for a missing cell; `missing`: such in columns that are no text, whose text is
     * kept, beside those that always mean it.
     */
    ReadingOptions: {
      /** Delimiter */
      delimiter?: string | null;
      /** Quote */
      quote?: string | null;
      /** Escape */
      escape?: string | null;
      /** Comment */
      comment?: string | null;
      /** Encoding */
      encoding?: string | null;
      /** Header */
      header?: number | null;
      /** Skip */
      skip?: number | null;
      /** Sheet */
      sheet?: string | null;
      /** Member */
      member?: string | null;
      /** Path */
      path?: string | null;
      /** Widths */
      widths?: number[] | string | null;
      /** Types */
      types?: ({
        [key: string]: components["schemas"]["TypeChoice"] | string;
      }) | null;
      /** Names */
      names?: string[] | null;
      /** Nulls */
      nulls?: string[] | null;
      /** Missing */
      missing?: string[] | null;
    };
    /**
     * Ready
     * @description The service takes uploads, and converts them; `degraded`: something elsewhere is away, `detail` says more.
     *
     * `redis` and `engine` are null where none is used.
     */
    Ready: {
      /**
       * Status
       * @default ready
       * @enum {string}
       */
      status?: "ready" | "degraded";
      /** Detail */
      detail?: string | null;
      conversion: components["schemas"]["Conversion"];
      /** Redis */
      redis?: ("up" | "down") | null;
      /** Engine */
      engine?: ("up" | "down") | null;
    };
    /**
     * Received
     * @description Bytes that are stored, of so many.
     */
    Received: {
      /** Offset */
      offset: number;
      /** Size */
      size: number | null;
    };
    /**
     * RefreshOrder
     * @description What the author says about the version that is to be made.
     */
    RefreshOrder: {
      /** Message */
      message?: string | null;
    };
    /**
     * RejectRow
     * @description Text that could not be read into the table. `line` is the physical line of the file, from 1.
     *
     * `n` counts the rejects of the file, from 0. `row`: how many of its rows stand before it; null in tables of before
     * that was counted, where lines do not tell. `mended`: it is a row of the newest version.
     */
    RejectRow: {
      /** N */
      n: number;
      /** Line */
      line: number;
      /** Byte */
      byte: number;
      /** Column */
      column: string | null;
      /** Code */
      code: string;
      /** Text */
      text: string;
      /** Row */
      row: number | null;
      /** Mended */
      mended: boolean;
    };
    /**
     * Rejects
     * @description A page of rejects. `next` is the cursor of the next page, null at the end; `total` counts mended ones too.
     */
    Rejects: {
      /** Total */
      total: number;
      /** Items */
      items: components["schemas"]["RejectRow"][];
      /** Next */
      next: string | null;
    };
    /**
     * ReplaceOrder
     * @description Which file's rows to take in place of those of the table.
     */
    ReplaceOrder: {
      /** File Id */
      file_id: string;
      /** Message */
      message?: string | null;
    };
    /**
     * ReplacedVersion
     * @description The version with the file's rows; `added` and `dropped` name the columns that came and went.
     *
     * `reject_count`: texts of the file that could not be read; its own list of rejects has them, not the table's.
     */
    ReplacedVersion: {
      /** Version */
      version: number;
      /**
       * Kind
       * @enum {string}
       */
      kind: "create" | "edit" | "append" | "restore" | "columns" | "replace" | "reread" | "mend" | "refresh";
      /** Author */
      author: string | null;
      /** Message */
      message: string | null;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Rows */
      rows: number;
      /** Inserted */
      inserted: number;
      /** Updated */
      updated: number;
      /** Deleted */
      deleted: number;
      /** Bytes */
      bytes: number;
      /** Pinned */
      pinned: boolean;
      /** Expired */
      expired: boolean;
      /** Added */
      added: string[];
      /** Dropped */
      dropped: string[];
      /** Reject Count */
      reject_count: number;
    };
    /**
     * RereadOrder
     * @description How to read the file of a table again; what is left out is found out anew.
     */
    RereadOrder: {
      /** Delimiter */
      delimiter?: string | null;
      /** Quote */
      quote?: string | null;
      /** Escape */
      escape?: string | null;
      /** Comment */
      comment?: string | null;
      /** Encoding */
      encoding?: string | null;
      /** Header */
      header?: number | null;
      /** Skip */
      skip?: number | null;
      /** Sheet */
      sheet?: string | null;
      /** Member */
      member?: string | null;
      /** Path */
      path?: string | null;
      /** Widths */
      widths?: number[] | string | null;
      /** Types */
      types?: ({
        [key: string]: components["schemas"]["TypeChoice"] | string;
      }) | null;
      /** Names */
      names?: string[] | null;
      /** Nulls */
      nulls?: string[] | null;
      /** Missing */
      missing?: string[] | null;
      /** Message */
      message?: string | null;
    };
    /**
     * RestGroups
     * @description Keys without a group of their own: how many, and the measure over all of their rows.
     */
    RestGroups: {
      /** Groups */
      groups: number;
      /** Value */
      value: unknown;
    };
    /**
     * RestoreOrder
     * @description Which version to bring back.
     */
    RestoreOrder: {
      /** Version */
      version: number;
      /** Message */
      message?: string | null;
    };
    /**
     * ResultColumnRef
     * @description A column of a result; lists and structures have the type `json`.
     */
    ResultColumnRef: {
      /** Name */
      name: string;
      /** Type */
      type: string;
    };
    /**
     * RoleChoice
     * @description What somebody may do with a file: look, or also change its rows.
     */
    RoleChoice: {
      /**
       * Role
       * @enum {string}
       */
      role: "edit" | "view";
    };
    /**
     * RowAlone
     * @description A row that one version alone has, its cells as they were written.
     */
    RowAlone: {
      /** Rid */
      _rid: number;
      /** Cells */
      cells: {
        [key: string]: string | null;
      };
    };
    /**
     * RowChanged
     * @description The cells of a row that differ; a column that one version does not have is on one side alone.
     */
    RowChanged: {
      /** Rid */
      _rid: number;
      /** Before */
      before: {
        [key: string]: string | null;
      };
      /** After */
      after: {
        [key: string]: string | null;
      };
    };
    /**
     * Rows
     * @description Rows, each with its `_rid`. `next` is the cursor of the rows behind, null at the end.
     */
    Rows: {
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
      /** Next */
      next: string | null;
      /** Version */
      version: number;
    };
    /**
     * RowsApartShown
     * @description The first rows of each kind, in the order of their ids.
     */
    RowsApartShown: {
      /** Added */
      added: components["schemas"]["RowAlone"][];
      /** Removed */
      removed: components["schemas"]["RowAlone"][];
      /** Changed */
      changed: components["schemas"]["RowChanged"][];
    };
    /**
     * SamplePage
     * @description A page of a signal's samples. `total` counts all that are stored.
     */
    SamplePage: {
      /** Name */
      name: string;
      /** Unit */
      unit: string;
      /** Page */
      page: number;
      /** Size */
      size: number;
      /** Total */
      total: number;
      /** Samples */
      samples: components["schemas"]["SampleRow"][];
    };
    /**
     * SampleRow
     * @description The value of a signal in the second that ended at `timestamp`.
     */
    SampleRow: {
      /**
       * Timestamp
       * Format: date-time
       */
      timestamp: string;
      /** Value */
      value: number;
    };
    /**
     * SaveOrder
     * @description A statement whose whole result is to become a table; `name`: that of its file, such as `result.parquet`.
     */
    SaveOrder: {
      /** Query */
      query: string;
      /** Params */
      params?: ({
        [key: string]: unknown;
      } | unknown[]) | null;
      /** Name */
      name: string;
    };
    /**
     * SavedResult
     * @description The file that was just made; `file_id` repeats `id`.
     */
    SavedResult: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Size */
      size: number | null;
      /** Offset */
      offset: number;
      /** Content Type */
      content_type: string | null;
      /**
       * Status
       * @enum {string}
       */
      status: "uploading" | "processing" | "done" | "error";
      /** Progress */
      progress: number;
      error: components["schemas"]["FileError"] | null;
      /**
       * Uploaded At
       * Format: date-time
       */
      uploaded_at: string;
      /** Finished At */
      finished_at: string | null;
      /** Row Count */
      row_count: number | null;
      /** Reject Count */
      reject_count: number;
      /** Warnings */
      warnings: components["schemas"]["Warned"][];
      /** Parquet Path */
      parquet_path: string | null;
      /** Dataset Id */
      dataset_id: string | null;
      /** Sha256 */
      sha256: string | null;
      /** Owner */
      owner: string;
      /** Shared */
      shared: boolean;
      /**
       * Role
       * @enum {string}
       */
      role: "owner" | "edit" | "view";
      /** Path */
      path: string | null;
      /** Ahead */
      ahead: number | null;
      /** Source Url */
      source_url: string | null;
      upload_link: components["schemas"]["CameBy"] | null;
      /** Tags */
      tags: string[];
      /** File Id */
      file_id: string;
      origin: components["schemas"]["QueryOrigin"];
    };
    /**
     * ScatterPoint
     * @description A row with its values in two columns.
     */
    ScatterPoint: {
      /** Rid */
      _rid: number;
      /** X */
      x: unknown;
      /** Y */
      y: unknown;
    };
    /**
     * Schema
     * @description Tables, the newest first; `next` is the cursor of those behind, null at the end.
     */
    Schema: {
      /** Tables */
      tables: components["schemas"]["SchemaTable"][];
      /** Next */
      next: string | null;
    };
    /**
     * SchemaTable
     * @description A table that a statement may name; `reference` is how.
     *
     * That is its name in quotes, or where this means another table, or several, its id.
     */
    SchemaTable: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Reference */
      reference: string;
      /** Columns */
      columns: components["schemas"]["ResultColumnRef"][];
      /** Row Count */
      row_count: number;
      /** Version */
      version: number;
      /** Owner */
      owner: string;
      /**
       * Role
       * @enum {string}
       */
      role: "owner" | "edit" | "view";
    };
    /**
     * SessionRef
     * @description A login that goes on. `address` is where it was opened from, an IPv6 one as its network.
     */
    SessionRef: {
      /** Id */
      id: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /**
       * Last Seen At
       * Format: date-time
       */
      last_seen_at: string;
      /**
       * Expires At
       * Format: date-time
       */
      expires_at: string;
      /** Address */
      address: string;
      /** User Agent */
      user_agent: string;
      /** Current */
      current: boolean;
    };
    /**
     * ShownKey
     * @description An API key, with the key: it is shown this once.
     */
    ShownKey: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Scopes */
      scopes: (("read" | "upload" | "write")[]) | null;
      /** Expires At */
      expires_at: string | null;
      /** Key */
      key: string;
    };
    /**
     * ShownLink
     * @description A link with its token, which is shown this once; `url` is the page that it opens.
     */
    ShownLink: {
      /** Id */
      id: string;
      /**
       * Role
       * @constant
       */
      role: "view";
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Expires At */
      expires_at: string | null;
      /** Has Password */
      has_password: boolean;
      /** Url */
      url: string;
      /** Token */
      token: string;
    };
    /**
     * ShownUploadLink
     * @description An upload link with its addresses, which are shown this once: a page, and an endpoint for programs.
     */
    ShownUploadLink: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Expires At */
      expires_at: string | null;
      /** Max Bytes */
      max_bytes: number | null;
      /** Max Files */
      max_files: number | null;
      /** Extensions */
      extensions: string[];
      /** Files */
      files: number;
      /** Bytes */
      bytes: number;
      /** Url */
      url: string;
      /** Endpoint */
      endpoint: string;
    };
    /**
     * SignInWays
     * @description How one may sign in; `provider` is the name of one to sign in by at `/auth/oidc`, null: there is none.
     */
    SignInWays: {
      /** Password */
      password: boolean;
      /** Registration */
      registration: boolean;
      /** Provider */
      provider: string | null;
    };
    /**
     * SignalRef
     * @description A live signal with its newest sample, null before the first.
     */
    SignalRef: {
      /** Name */
      name: string;
      /** Unit */
      unit: string;
      /** Description */
      description: string;
      latest: components["schemas"]["SampleRow"] | null;
    };
    /**
     * Split
     * @description A key of the second dimension: its values for each of the groups, and for the rest where there is one.
     */
    Split: {
      /** Key */
      key: unknown;
      /** Text */
      text: string | null;
      /** Values */
      values: unknown[];
      /**
       * Cut
       * @default false
       */
      cut?: boolean;
    };
    /**
     * StatementRequest
     * @description A statement that reads: `SELECT`, `WITH`, `VALUES`, `FROM`, `DESCRIBE`, `SUMMARIZE` or `EXPLAIN`.
     *
     * Tables are named by their file's name in double quotes, or `dataset('id', version => 3)`. `params` are the values of
     * `$name`, or in a list those of `?` and `$1`. `limit`: most rows; in JSON 1,000 where it is left out, and at most
     * 100,000.
     */
    StatementRequest: {
      /** Query */
      query: string;
      /** Params */
      params?: ({
        [key: string]: unknown;
      } | unknown[]) | null;
      /** Limit */
      limit?: number | null;
      /**
       * Format
       * @default json
       * @enum {string}
       */
      format?: "json" | "csv" | "arrow" | "parquet";
    };
    /**
     * StatementResult
     * @description Rows as objects by the names of the columns; `truncated`: there are more than the limit.
     */
    StatementResult: {
      /** Columns */
      columns: components["schemas"]["ResultColumnRef"][];
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
      /** Truncated */
      truncated: boolean;
    };
    /**
     * Storage
     * @description Bytes of uploads, of the newest versions of tables, and free ones; the number of files.
     */
    Storage: {
      /** Files */
      files: number;
      /** Uploads */
      uploads: number;
      /** Tables */
      tables: number;
      /** Free */
      free: number | null;
    };
    /**
     * Table
     * @description A page of rows. `matched` counts the rows that hold all filters; the aggregates are those of these rows.
     *
     * `next` is the cursor of the rows behind the last one of the page, for `rows`; null at the end. `origin`: the
     * statement that made the table, shown to its owner.
     */
    Table: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Version */
      version: number;
      /** Columns */
      columns: components["schemas"]["ColumnRef"][];
      /** Row Count */
      row_count: number;
      /** Matched */
      matched: number;
      /** Page */
      page: number;
      /** Size */
      size: number;
      /** Rows */
      rows: {
          [key: string]: unknown;
        }[];
      /** Next */
      next: string | null;
      /**
       * Truncated
       * @default false
       */
      truncated?: boolean;
      /** Aggregates */
      aggregates: {
        [key: string]: components["schemas"]["ColumnAggregates"];
      } | null;
      aggregates_error?: components["schemas"]["AggregatesError"] | null;
      origin?: components["schemas"]["QueryOrigin"] | null;
    };
    /**
     * Token
     * @description An access token, to be sent as `Authorization: Bearer`. `expires_in` is seconds.
     */
    Token: {
      /** Access Token */
      access_token: string;
      /**
       * Token Type
       * @default bearer
       * @constant
       */
      token_type?: "bearer";
      /** Expires In */
      expires_in: number;
    };
    /**
     * TypeChoice
     * @description What a column is to be; a column of an answer can be sent back. Without a style any of the type will do.
     */
    TypeChoice: {
      /** Type */
      type: string;
      /** Style */
      style?: string | null;
    };
    /**
     * UndoOrder
     * @description Which version to take back.
     */
    UndoOrder: {
      /** Version */
      version: number;
      /** Message */
      message?: string | null;
    };
    /**
     * UploadLinkRef
     * @description An upload link, without its address. `files` and `bytes` have come by it, or are on their way.
     */
    UploadLinkRef: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Expires At */
      expires_at: string | null;
      /** Max Bytes */
      max_bytes: number | null;
      /** Max Files */
      max_files: number | null;
      /** Extensions */
      extensions: string[];
      /** Files */
      files: number;
      /** Bytes */
      bytes: number;
    };
    /**
     * Uploaded
     * @description A file that was just uploaded; `file_id` repeats `id`.
     */
    Uploaded: {
      /** Id */
      id: string;
      /** Name */
      name: string;
      /** Size */
      size: number | null;
      /** Offset */
      offset: number;
      /** Content Type */
      content_type: string | null;
      /**
       * Status
       * @enum {string}
       */
      status: "uploading" | "processing" | "done" | "error";
      /** Progress */
      progress: number;
      error: components["schemas"]["FileError"] | null;
      /**
       * Uploaded At
       * Format: date-time
       */
      uploaded_at: string;
      /** Finished At */
      finished_at: string | null;
      /** Row Count */
      row_count: number | null;
      /** Reject Count */
      reject_count: number;
      /** Warnings */
      warnings: components["schemas"]["Warned"][];
      /** Parquet Path */
      parquet_path: string | null;
      /** Dataset Id */
      dataset_id: string | null;
      /** Sha256 */
      sha256: string | null;
      /** Owner */
      owner: string;
      /** Shared */
      shared: boolean;
      /**
       * Role
       * @enum {string}
       */
      role: "owner" | "edit" | "view";
      /** Path */
      path: string | null;
      /** Ahead */
      ahead: number | null;
      /** Source Url */
      source_url: string | null;
      upload_link: components["schemas"]["CameBy"] | null;
      /** Tags */
      tags: string[];
      /** File Id */
      file_id: string;
    };
    /**
     * UploadedByLink
     * @description A file that came by an upload link, by the name that it has now.
     */
    UploadedByLink: {
      /** Name */
      name: string;
      /** Size */
      size: number;
    };
    /**
     * Usage
     * @description Bytes that a user stores, of so many; `quota_bytes` null: of any number.
     */
    Usage: {
      /** Quota Bytes */
      quota_bytes: number | null;
      used_bytes: components["schemas"]["UsedBytes"];
    };
    /**
     * UsedBytes
     * @description Bytes of uploads, stored or reserved, and of the parts of all versions of tables.
     */
    UsedBytes: {
      /** Uploads */
      uploads: number;
      /** Tables */
      tables: number;
    };
    /**
     * UserChange
     * @description What to change about an account.
     */
    UserChange: {
      /** Disabled */
      disabled?: boolean | null;
      /** Is Admin */
      is_admin?: boolean | null;
      /** Password */
      password?: string | null;
      /** Quota Bytes */
      quota_bytes?: number | null;
      /** Limit Requests */
      limit_requests?: number | null;
      /** Limit Uploads */
      limit_uploads?: number | null;
      /** Limit Bandwidth */
      limit_bandwidth?: number | null;
    };
    /**
     * UserRef
     * @description A user.
     */
    UserRef: {
      /** Id */
      id: string;
      /** Username */
      username: string;
    };
    /**
     * Version
     * @description A version in the history. `inserted`, `updated` and `deleted` count rows; `expired`: it is no longer kept.
     */
    Version: {
      /** Version */
      version: number;
      /**
       * Kind
       * @enum {string}
       */
      kind: "create" | "edit" | "append" | "restore" | "columns" | "replace" | "reread" | "mend" | "refresh";
      /** Author */
      author: string | null;
      /** Message */
      message: string | null;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Rows */
      rows: number;
      /** Inserted */
      inserted: number;
      /** Updated */
      updated: number;
      /** Deleted */
      deleted: number;
      /** Bytes */
      bytes: number;
      /** Pinned */
      pinned: boolean;
      /** Expired */
      expired: boolean;
    };
    /**
     * VersionJobError
     * @description Why a version could not be made. `code` is stable.
     */
    VersionJobError: {
      /** Status */
      status: number;
      /** Code */
      code: string;
      /** Detail */
      detail: string;
    };
    /**
     * VersionJobShown
     * @description How far the making of a version is; `progress` is 0 to 100, `version` the one it made, `error` why none.
     */
    VersionJobShown: {
      /**
       * State
       * @enum {string}
       */
      state: "waiting" | "running" | "done" | "failed";
      /** Progress */
      progress: number;
      /** Rows */
      rows: number;
      /** Version */
      version: number | null;
      error: components["schemas"]["VersionJobError"] | null;
    };
    /**
     * ViewRef
     * @description A view; `owner` is who made it, `mine` whether that is the caller.
     */
    ViewRef: {
      /** Name */
      name: string;
      /** Filter */
      filter: string[];
      /** Sort */
      sort: string[];
      /** Columns */
      columns: string[] | null;
      /** Q */
      q: string;
      /** Page */
      page: string;
      /** Shared */
      shared: boolean;
      /** Owner */
      owner: string;
      /** Mine */
      mine: boolean;
      /**
       * Changed At
       * Format: date-time
       */
      changed_at: string;
    };
    /**
     * Warned
     * @description What was mended, passed over or guessed: where it was first met, how often, and the first such line.
     */
    Warned: {
      /** Code */
      code: string;
      /** Line */
      line: number;
      /** Count */
      count: number;
      /** Text */
      text: string;
    };
    /**
     * WholeContent
     * @description The bytes of a file, by their digest in hex and their number.
     */
    WholeContent: {
      /** Sha256 */
      sha256: string;
      /** Size */
      size: number;
    };
    /**
     * Credentials
     * @description A user name and its password.
     */
    Credentials: {
      /** Username */
      username: string;
      /** Password */
      password: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}

export type $defs = Record<string, never>;

export type external = Record<string, never>;

export interface operations {

  /**
   * Token
   * @description Log in with a form (OAuth2 password flow) and get an access token.
   */
  token_auth_token_post: {
    requestBody: {
      content: {
        "application/x-www-form-urlencoded": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Token"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Login
   * @description Log in with JSON or a form; the answer also sets the session cookie.
   */
  login_auth_login_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["LoginAnswer"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Login
   * @description Log in with JSON or a form; the answer also sets the session cookie.
   */
  login_login_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["LoginAnswer"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Register
   * @description Make an account, where registration is open.
   */
  register_register_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["UserRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Register
   * @description Make an account, where registration is open.
   */
  register_auth_register_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["Credentials"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["UserRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Logout
   * @description End the session: its token and cookie are dead, here at once and everywhere within 5 seconds.
   */
  logout_logout_post: {
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Logout
   * @description End the session: its token and cookie are dead, here at once and everywhere within 5 seconds.
   */
  logout_auth_logout_post: {
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Me
   * @description Tell who is logged in.
   */
  me_me_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Me
   * @description Tell who is logged in.
   */
  me_auth_me_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Sign In Ways
   * @description Tell how one may sign in here: with a password, by a provider (its name), and whether anybody may register.
   */
  sign_in_ways_auth_methods_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["SignInWays"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Begin
   * @description Send the browser to the provider; `next` is the page of this service that it opens afterwards.
   */
  begin_auth_oidc_get: {
    parameters: {
      query?: {
        next?: string;
      };
    };
    responses: {
      /** @description Successful Response */
      303: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Answered
   * @description Take the provider's answer, open a session as a login with a password does, and open the page it was begun on.
   */
  answered_auth_oidc_callback_get: {
    responses: {
      /** @description Successful Response */
      303: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Change Password
   * @description Change the password; every other session of the user ends. API keys stay.
   */
  change_password_auth_password_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewPassword"];
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Sessions
   * @description List the sessions of the user that go on, the newest first; `current` is the one that asks.
   */
  list_sessions_auth_sessions_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["SessionRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * End Other Sessions
   * @description End every session of the user but the one that asks: here at once, everywhere within 5 seconds.
   */
  end_other_sessions_auth_sessions_delete: {
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * End Session
   * @description End one session of the user: here at once, everywhere within 5 seconds.
   */
  end_session_auth_sessions__session_id__delete: {
    parameters: {
      path: {
        session_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Keys
   * @description List the API keys of the user.
   */
  list_keys_auth_api_keys_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["KeyRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Add Key
   * @description Make an API key for a script; the key itself is shown this once.
   */
  add_key_auth_api_keys_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewKey"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["ShownKey"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Remove Key
   * @description Remove an API key: it is dead here at once and everywhere within 5 seconds.
   */
  remove_key_auth_api_keys__key_id__delete: {
    parameters: {
      path: {
        key_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Users
   * @description List the accounts by name, with what each has stored.
   */
  list_users_admin_users_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["AdminUser"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Add User
   * @description Make an account, also where registration is closed.
   */
  add_user_admin_users_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewUser"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["AdminUser"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read User
   * @description Show an account.
   */
  read_user_admin_users__user_id__get: {
    parameters: {
      path: {
        user_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["AdminUser"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Change User
   * @description Bar somebody or let them in again, make them administrator or not, give them a new password, a quota or limits.
   *
   * `quota_bytes` takes the place of the server's quota, 0: any number of bytes; null: the server's again. So do
   * `limit_requests` (in a minute), `limit_uploads` (at the same time) and `limit_bandwidth` (bytes a second).
   *
   * Who is barred or gets a new password is logged out everywhere within 5 seconds.
   */
  change_user_admin_users__user_id__patch: {
    parameters: {
      path: {
        user_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UserChange"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["AdminUser"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Jobs
   * @description List jobs, the youngest first.
   */
  list_jobs_admin_jobs_get: {
    parameters: {
      query?: {
        state?: ("queued" | "idle" | "running" | "done" | "failed") | null;
        limit?: number;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["JobRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Retry Job
   * @description Queue a job that has failed once more.
   */
  retry_job_admin_jobs__job_id__retry_post: {
    parameters: {
      path: {
        job_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Storage
   * @description Tell how many bytes are stored, and how many are free (null where that is not known).
   */
  read_storage_admin_storage_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Storage"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Audit
   * @description List who did what to accounts and rights, the youngest first; `before` goes on behind the last one's id.
   */
  read_audit_admin_audit_get: {
    parameters: {
      query?: {
        limit?: number;
        before?: number | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["AuditRow"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Download Archive
   * @description Download files as one ZIP, each with the bytes as they were uploaded, in its folder.
   *
   * Without `ids` it is all complete files that a list with the same filters has. Every one must be complete, and the
   * caller's to see; otherwise nothing is sent. When one goes, or turns out to be damaged, while the archive is on its
   * way, the connection breaks: what came is not whole.
   */
  download_archive_files_archive_get: {
    parameters: {
      query?: {
        /** @description Ids of files, repeated or with commas; left out: all files of a list with filters. */
        ids?: string[] | null;
        status?: string | null;
        q?: string | null;
        owner?: ("me" | "others") | null;
        kind?: ("table" | "other") | null;
        since?: string | null;
        sha256?: string | null;
        /** @description All of them; repeatable. */
        tag?: string[] | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/zip": unknown;
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Download Long Archive
   * @description The same for more files than an address can name.
   */
  download_long_archive_files_archive_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["ArchiveOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/zip": unknown;
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Upload
   * @description Upload one file in a form; its bytes go to the store as they arrive.
   */
  upload_upload_post: {
    parameters: {
      query?: {
        again?: string;
        comment?: string;
        dataset?: string;
        delimiter?: string;
        encoding?: string;
        escape?: string;
        header?: string;
        member?: string;
        missing?: string;
        names?: string;
        nulls?: string;
        path?: string;
        quote?: string;
        sheet?: string;
        skip?: string;
        skip_rows?: string;
        types?: string;
        widths?: string;
      };
      header?: {
        /** @description A key of your own choice: the same request with it again, within a day, leads to the same file. */
        "Idempotency-Key"?: string | null;
      };
    };
    requestBody: {
      content: {
        "multipart/form-data": {
          again?: string;
          comment?: string;
          dataset?: string;
          delimiter?: string;
          encoding?: string;
          escape?: string;
          header?: string;
          member?: string;
          missing?: string;
          names?: string;
          nulls?: string;
          path?: string;
          quote?: string;
          sheet?: string;
          skip?: string;
          skip_rows?: string;
          types?: string;
          widths?: string;
          /** Format: binary */
          file: string;
        };
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["Uploaded"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Files
   * @description List own files and shared ones. `Link: rel="next"` leads to the next page, `X-Total-Count` counts all of them.
   */
  list_files_files_get: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string | null;
        sort?: "uploaded_at" | "name" | "size" | "row_count" | "status" | "finished_at" | "-uploaded_at" | "-name" | "-size" | "-row_count" | "-status" | "-finished_at";
        status?: string | null;
        q?: string | null;
        owner?: ("me" | "others") | null;
        kind?: ("table" | "other") | null;
        since?: string | null;
        sha256?: string | null;
        /** @description All of them; repeatable. */
        tag?: string[] | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Entry"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Upload
   * @description Upload one file in a form; its bytes go to the store as they arrive.
   *
   * With `Tus-Resumable` it makes a resumable upload instead (tus: creation, creation-with-upload, concatenation): the body, if any, is its first bytes, the answer is empty and has a `Location`.
   */
  upload_files_post: {
    parameters: {
      query?: {
        again?: string;
        comment?: string;
        dataset?: string;
        delimiter?: string;
        encoding?: string;
        escape?: string;
        header?: string;
        member?: string;
        missing?: string;
        names?: string;
        nulls?: string;
        path?: string;
        quote?: string;
        sheet?: string;
        skip?: string;
        skip_rows?: string;
        types?: string;
        widths?: string;
      };
      header?: {
        /** @description A key of your own choice: the same request with it again, within a day, leads to the same file. */
        "Idempotency-Key"?: string | null;
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
        /** @description Size of the whole upload in bytes. */
        "Upload-Length"?: number;
        /** @description `1`: the size comes later. */
        "Upload-Defer-Length"?: string;
        /** @description Keys with Base64 values: `filename`, `filetype`, options of reading. */
        "Upload-Metadata"?: string;
        /** @description `partial`, or `final;` and the parts. */
        "Upload-Concat"?: string;
        /** @description Algorithm and Base64 digest of the body, with a space between. */
        "Upload-Checksum"?: string;
      };
    };
    requestBody?: {
      content: {
        "multipart/form-data": {
          again?: string;
          comment?: string;
          dataset?: string;
          delimiter?: string;
          encoding?: string;
          escape?: string;
          header?: string;
          member?: string;
          missing?: string;
          names?: string;
          nulls?: string;
          path?: string;
          quote?: string;
          sheet?: string;
          skip?: string;
          skip_rows?: string;
          types?: string;
          widths?: string;
          /** Format: binary */
          file: string;
        };
        "application/offset+octet-stream": string;
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          /** @description Where the upload goes on. */
          Location?: string;
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: {
          "application/json": components["schemas"]["Uploaded"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * What the server can do
   * @description Tell versions, extensions, checksums and limits of the upload protocols.
   */
  upload_options_files_options: {
    responses: {
      /** @description Told in `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Upload-Limit`. */
      204: {
        content: never;
      };
    };
  };
  /**
   * Find Files
   * @description Find own files that have exactly these bytes, the newest first, so that nobody sends them again.
   *
   * `total` counts all of them; `files` has 1,000 at most.
   */
  find_files_files_exists_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["WholeContent"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Found"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read File
   * @description Show one file with the first rows of its table.
   */
  read_file_files__file_id__get: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Detail"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Delete File
   * @description Delete an own file: its bytes, its table and its rows.
   */
  delete_file_files__file_id__delete: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * What the server can do
   * @description Tell versions, extensions, checksums and limits of the upload protocols.
   */
  upload_options_upload_options: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Told in `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Upload-Limit`. */
      204: {
        content: never;
      };
    };
  };
  /**
   * Where an upload stands
   * @description Tell how many bytes of an upload are stored: go on from there.
   */
  upload_state_files__file_id__head: {
    parameters: {
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
      };
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Where it stands. */
      200: {
        headers: {
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Change File
   * @description Rename or tag an own file, or let every user look at it, or nobody: `shared` is the role `view` of `*`.
   *
   * With `Tus-Resumable` it appends its body to the upload at `Upload-Offset` instead (tus: PATCH). What arrived before a connection broke is kept.
   */
  change_file_files__file_id__patch: {
    parameters: {
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
        /** @description Where these bytes begin: the offset that HEAD told. */
        "Upload-Offset"?: number;
        /** @description Algorithm and Base64 digest of the body, with a space between. */
        "Upload-Checksum"?: string;
      };
      path: {
        file_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FileChange"];
        "application/offset+octet-stream": string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Entry"];
        };
      };
      /** @description The bytes are stored (tus). */
      204: {
        headers: {
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Progress
   * @description Tell how far a file is.
   */
  read_progress_files__file_id__progress_get: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Progress"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Content
   * @description Download the bytes as they were uploaded; takes `Range`, `If-Range`, `If-None-Match`.
   */
  read_content_files__file_id__content_get: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Rejects
   * @description List what could not be read into the table, in the order of the file.
   *
   * `mended` ones became rows since; `format=csv` downloads all others.
   */
  read_rejects_files__file_id__rejects_get: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string | null;
        format?: "json" | "csv";
      };
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Rejects"];
          "text/csv": unknown;
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Fetch
   * @description Have the server get a file by HTTP; it is an upload from then on, whose bytes come from there.
   *
   * Public addresses alone are reached, and what the operator allows. A login in the address is sent to it and shown to
   * nobody. Deleting the file ends it.
   */
  fetch_fetch_post: {
    parameters: {
      header?: {
        /** @description A key of your own choice: the same request with it again, within a day, leads to the same file. */
        "Idempotency-Key"?: string | null;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FetchRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        content: {
          "application/json": components["schemas"]["Entry"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Preview File
   * @description Read the beginning of a file in another way, also while its bytes arrive; nothing is stored.
   *
   * Up to 100 rows and 20 rejects. `looked_at` tells how much of the file that is of: 1 MiB of its text at most.
   */
  preview_file_files__file_id__preview_post: {
    parameters: {
      query?: {
        /** @description Cells as they were written, as texts, instead of their values. */
        text?: boolean;
      };
      path: {
        file_id: string;
      };
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReadingOptions"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["PreviewShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Usage
   * @description Tell how many bytes the caller stores, and how many they may.
   */
  read_usage_usage_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Usage"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Access
   * @description List who may look at an own file (`view`) or change its rows too (`edit`); `*` is every user.
   */
  list_access_files__file_id__access_get: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Given"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Access
   * @description Show the role that somebody was given.
   */
  read_access_files__file_id__access__username__get: {
    parameters: {
      path: {
        file_id: string;
        username: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Given"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Give Access
   * @description Give somebody a role in an own file, in place of the one they had by name; `*` gives it to every user.
   */
  give_access_files__file_id__access__username__put: {
    parameters: {
      path: {
        file_id: string;
        username: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoleChoice"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Given"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Take Access
   * @description Take the role that somebody was given by name, or everybody's (`*`).
   */
  take_access_files__file_id__access__username__delete: {
    parameters: {
      path: {
        file_id: string;
        username: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Links
   * @description List the links to an own file, the newest first; their tokens are not kept.
   */
  list_links_files__file_id__links_get: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["LinkRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Add Link
   * @description Make a link that lets whoever has it look at an own file; its token is shown this once.
   */
  add_link_files__file_id__links_post: {
    parameters: {
      path: {
        file_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewLink"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["ShownLink"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Show Link
   * @description Show one link to an own file.
   */
  show_link_files__file_id__links__link_id__get: {
    parameters: {
      path: {
        file_id: string;
        link_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["LinkRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Remove Link
   * @description Take a link back: it opens nothing any more, here at once and everywhere within 5 seconds.
   */
  remove_link_files__file_id__links__link_id__delete: {
    parameters: {
      path: {
        file_id: string;
        link_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Link
   * @description Tell which file a link leads to, and whether it asks for a password first.
   */
  read_link_links__token__get: {
    parameters: {
      path: {
        token: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["LinkedFile"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Open Link
   * @description Open a link with its password: the answer has a token that is good for an hour.
   */
  open_link_links__token__open_post: {
    parameters: {
      path: {
        token: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["LinkPassword"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["OpenedLink"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Upload Links
   * @description List the own upload links, the newest first, with what has come by each; their addresses are not kept.
   */
  list_upload_links_upload_links_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["UploadLinkRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Add Upload Link
   * @description Make a link by which people without an account upload to whoever makes it; its addresses are shown this once.
   */
  add_upload_link_upload_links_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewUploadLink"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["ShownUploadLink"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Upload Link
   * @description Tell what an own upload link lets, and what has come by it.
   */
  read_upload_link_upload_links__link_id__get: {
    parameters: {
      path: {
        link_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["UploadLinkRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Remove Upload Link
   * @description Take an upload link back: nothing comes by it any more, nor do uploads go on. What has come stays.
   */
  remove_upload_link_upload_links__link_id__delete: {
    parameters: {
      path: {
        link_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * About Upload Link
   * @description Tell whoever has an upload link what it is for, and what may still come by it.
   */
  about_upload_link_u__token__get: {
    parameters: {
      path: {
        token: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["OpenUploadLink"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Upload By Link
   * @description Upload one file in a form to whom an upload link leads to.
   *
   * With `Tus-Resumable` it makes a resumable upload instead (tus: creation, creation-with-upload, concatenation): the body, if any, is its first bytes, the answer is empty and has a `Location`.
   */
  upload_by_link_u__token__files_post: {
    parameters: {
      query?: {
        again?: string;
        comment?: string;
        dataset?: string;
        delimiter?: string;
        encoding?: string;
        escape?: string;
        header?: string;
        member?: string;
        missing?: string;
        names?: string;
        nulls?: string;
        path?: string;
        quote?: string;
        sheet?: string;
        skip?: string;
        skip_rows?: string;
        types?: string;
        widths?: string;
      };
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
        /** @description Size of the whole upload in bytes. */
        "Upload-Length"?: number;
        /** @description `1`: the size comes later. */
        "Upload-Defer-Length"?: string;
        /** @description Keys with Base64 values: `filename`, `filetype`, options of reading. */
        "Upload-Metadata"?: string;
        /** @description `partial`, or `final;` and the parts. */
        "Upload-Concat"?: string;
        /** @description Algorithm and Base64 digest of the body, with a space between. */
        "Upload-Checksum"?: string;
      };
      path: {
        token: string;
      };
    };
    requestBody?: {
      content: {
        "multipart/form-data": {
          again?: string;
          comment?: string;
          dataset?: string;
          delimiter?: string;
          encoding?: string;
          escape?: string;
          header?: string;
          member?: string;
          missing?: string;
          names?: string;
          nulls?: string;
          path?: string;
          quote?: string;
          sheet?: string;
          skip?: string;
          skip_rows?: string;
          types?: string;
          widths?: string;
          /** Format: binary */
          file: string;
        };
        "application/offset+octet-stream": string;
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          /** @description Where the upload goes on. */
          Location?: string;
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: {
          "application/json": components["schemas"]["UploadedByLink"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Datasets
   * @description List own tables and shared ones, the newest upload first. `Link: rel="next"` leads to the next page.
   */
  list_datasets_datasets_get: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Dataset"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Dataset
   * @description Show a page of rows with the aggregates of every column.
   *
   * `row_count` counts all rows of the version, `matched` those that hold all filters; the aggregates are those of the
   * latter. A page of very long texts has fewer rows than it should and is `truncated`: ask for a smaller `size`, or go
   * on with `rows` and the cursor `next`, null at the end. Offers are counted with the aggregates, which are null with
   * `aggregates=false`, and when they take longer than a query may: then `aggregates_error` says so, and the rows come
   * all the same.
   */
  read_dataset_datasets__dataset_id__get: {
    parameters: {
      query?: {
        page?: number;
        size?: number;
        /** @description `column` or `-column`, several with commas between them. */
        sort?: string[] | null;
        aggregates?: boolean;
        /** @description Cells as they were written, as texts, instead of their values. */
        text?: boolean;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Table"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Rows
   * @description List rows. `next` is the cursor of the rows behind, null at the end; a cursor stays with its version.
   */
  read_rows_datasets__dataset_id__rows_get: {
    parameters: {
      query?: {
        cursor?: string | null;
        limit?: number;
        /** @description `column` or `-column`, several with commas between them. */
        sort?: string[] | null;
        /** @description Cells as they were written, as texts, instead of their values. */
        text?: boolean;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Rows"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Insert Rows
   * @description Insert a row, an object of cells by column, or several as `{"rows": [...]}`; what is left out is null.
   */
  insert_rows_datasets__dataset_id__rows_post: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": {
            [key: string]: unknown;
          } | components["schemas"]["Inserted"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Delete Rows
   * @description Delete the rows whose ids are listed as `{"_rid": [...]}`, as one version.
   */
  delete_rows_datasets__dataset_id__rows_delete: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DeleteRowsRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Change Rows
   * @description Insert, update and delete rows as one version: all of it, or nothing.
   *
   * `on_misfit=skip` leaves cells as they are whose new values do not fit (null in new rows) and counts them.
   */
  change_rows_datasets__dataset_id__rows_patch: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Changes"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Changed"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Groups
   * @description Group rows by the values of a column, with a measure of each group; `more` when there are more than `limit`.
   *
   * `unit`: days and moments are put together by the unit of time in which they lie; a key is how that begins.
   */
  read_groups_datasets__dataset_id__aggregate_get: {
    parameters: {
      query: {
        by: string;
        measure?: string;
        unit?: ("second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" | "decade" | "century") | null;
        sort?: "key" | "-value";
        limit?: number;
        /** @description Cells as they were written, as texts, instead of their values. */
        text?: boolean;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Groups"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Profile
   * @description Show what a chart of one column needs: bins of numbers, counts over time, or the most frequent values.
   */
  read_profile_datasets__dataset_id__profile_get: {
    parameters: {
      query: {
        column: string;
        /** @description Cells as they were written, as texts, instead of their values. */
        text?: boolean;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Profile"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Status
   * @description Tell how far the table is, from the first byte of its upload on.
   */
  read_status_datasets__dataset_id__status_get: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Progress"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Crosstab
   * @description Measure the groups of one column, and, with `split`, of each value of a second one; the others are the rest.
   *
   * `limit` and `splits` say how many keys have a group of their own: the first ones, or, with `sort=-value` and
   * `split_sort=-value`, those with the largest values. What is left is measured as one, over its rows.
   */
  read_crosstab_datasets__dataset_id__crosstab_get: {
    parameters: {
      query: {
        by: string;
        unit?: ("second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" | "decade" | "century") | null;
        split?: string | null;
        split_unit?: ("second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" | "decade" | "century") | null;
        measure?: string;
        sort?: "key" | "-value";
        split_sort?: "key" | "-value";
        limit?: number;
        splits?: number;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["CrossTable"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Boxes
   * @description Show how the numbers of a column are spread in each group: least, quartiles and greatest, each a value of a row.
   *
   * Along `unit` in the order of time, else the groups with the most rows first.
   */
  read_boxes_datasets__dataset_id__boxes_get: {
    parameters: {
      query: {
        column: string;
        by?: string | null;
        unit?: ("second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" | "decade" | "century") | null;
        limit?: number;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Boxes"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Points
   * @description Show two columns against each other: all rows that have both values, or an even sample of `limit` of them.
   */
  read_points_datasets__dataset_id__points_get: {
    parameters: {
      query: {
        x: string;
        y: string;
        limit?: number;
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Points"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Export
   * @description Download a version, or those rows and columns of it that are asked for.
   *
   * CSV has the cells and the header of the upload; `header` says whether there is a header in any case,
   * `dialect=original` is the upload itself, byte for byte, while nothing was edited, and takes its delimiter, quote and
   * row ends else; so it is in NDJSON if the upload was that. `safe` keeps spreadsheets from running cells.
   */
  export_datasets__dataset_id__export_get: {
    parameters: {
      query?: {
        format?: "csv" | "parquet" | "ndjson" | "arrow" | "xlsx";
        /** @description Names with commas between them; all by default. */
        columns?: string[] | null;
        safe?: boolean;
        header?: boolean | null;
        dialect?: "rfc4180" | "original";
        /** @description `column:op:value`; all must hold. */
        filter?: string[] | null;
        /** @description A text that some cell of the row shows, in any case. */
        q?: string | null;
        /** @description A version; the newest when it is left out. */
        version?: number | null;
        /** @description A view: its filters hold too, it sorts where the request does not; exports keep their order. */
        view?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Views
   * @description List the views of the caller, then those that others share.
   */
  list_views_datasets__dataset_id__views_get: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ViewRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Put View
   * @description Keep a view, in place of the one of that name that the caller had (200); who shares it needs the role `edit`.
   *
   * Its filters, its order and its columns are those of the newest version.
   */
  put_view_datasets__dataset_id__views_post: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewView"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["ViewRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read View
   * @description Show a view: the caller's own of that name, else one that is shared.
   */
  read_view_datasets__dataset_id__views__name__get: {
    parameters: {
      path: {
        dataset_id: string;
        name: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ViewRef"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Remove View
   * @description Forget a view of the caller; the owner of the table may forget those that others share.
   */
  remove_view_datasets__dataset_id__views__name__delete: {
    parameters: {
      path: {
        dataset_id: string;
        name: string;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Run Statement
   * @description Run one statement that only reads, over the tables that the caller may see.
   *
   * Values are told as pages of tables tell them. CSV, Arrow and Parquet are sent while they are made, of any length.
   * What cannot be run is 422 with the `position` of the character where that is known; 408 when it takes too long; 413
   * when it needs too much memory, or the answer in JSON more than 32 MiB.
   */
  run_statement_sql_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["StatementRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["StatementResult"];
          "text/csv; charset=utf-8": string;
          "application/vnd.apache.arrow.stream": string;
          "application/vnd.apache.parquet": string;
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Schema
   * @description List the tables that statements of the caller may name, with their columns; `q`: a part of the name.
   */
  read_schema_sql_schema_get: {
    parameters: {
      query?: {
        q?: string | null;
        limit?: number;
        cursor?: string | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Schema"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Save Result
   * @description Keep all rows of a statement's result as a table of the caller's, which knows the statement.
   *
   * The answer is the entry of a file that has the result as Parquet; it becomes a table as every upload does. Nothing
   * is kept of a statement that fails. The limits are those of statements in other formats than JSON, and of uploads.
   */
  save_result_sql_save_post: {
    requestBody: {
      content: {
        "application/json": components["schemas"]["SaveOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["SavedResult"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Refresh
   * @description Tell how far the last refresh is that was asked for, and what it came to.
   */
  read_refresh_datasets__dataset_id__refresh_get: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["VersionJobShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Refresh Dataset
   * @description Run the statement again that made the table, over the tables as they are now: its result is the newest version.
   *
   * Edits stay in the versions before. The answer is the version; of a statement that takes longer than 20 seconds 202,
   * and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
   */
  refresh_dataset_datasets__dataset_id__refresh_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RefreshOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description Accepted */
      202: {
        content: {
          "application/json": components["schemas"]["VersionJobShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Delete Row
   * @description Delete one row. With `If-Match`, only while the row is still as it was in that version.
   */
  delete_row_datasets__dataset_id__rows__rid__delete: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
        rid: number;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Update Row
   * @description Set cells of one row. With `If-Match`, only while the row is still as it was in that version.
   */
  update_row_datasets__dataset_id__rows__rid__patch: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
        rid: number;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": {
            [key: string]: unknown;
          };
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Versions
   * @description List versions, newest first; `before` goes on behind the last one of an answer.
   */
  list_versions_datasets__dataset_id__versions_get: {
    parameters: {
      query?: {
        limit?: number;
        before?: number | null;
      };
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compare Versions
   * @description Count the rows that version `b` has more, less and otherwise than version `a`; `rows`: show so many of each.
   */
  compare_versions_datasets__dataset_id__versions__a__diff__b__get: {
    parameters: {
      query?: {
        rows?: number;
      };
      path: {
        dataset_id: string;
        a: number;
        b: number;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Difference"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Pin Version
   * @description Keep a version, whatever the retention is.
   */
  pin_version_datasets__dataset_id__versions__version__pin_put: {
    parameters: {
      path: {
        dataset_id: string;
        version: number;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Unpin Version
   * @description Leave a version to the retention again.
   */
  unpin_version_datasets__dataset_id__versions__version__pin_delete: {
    parameters: {
      path: {
        dataset_id: string;
        version: number;
      };
    };
    responses: {
      /** @description Successful Response */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Restore Version
   * @description Bring a version back, as a new one. With `If-Match`, only while that version is the newest.
   */
  restore_version_datasets__dataset_id__restore_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RestoreOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Append File
   * @description Append the rows of another finished file. With `If-Match`, only while that version is the newest.
   */
  append_file_datasets__dataset_id__append_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AppendOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Replace Rows
   * @description Take the rows and columns of another finished file in place of those of the table, as a new version.
   *
   * Columns are matched by name. With `If-Match`, only while that version is the newest.
   */
  replace_rows_datasets__dataset_id__replace_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReplaceOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ReplacedVersion"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Reread
   * @description Tell how far the last reading of the file is that was asked for, and what it came to.
   */
  read_reread_datasets__dataset_id__reread_get: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["VersionJobShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Reread File
   * @description Read the table's own file again, with options as `preview` takes them, and make that the newest version.
   *
   * Edits and appended rows stay in the versions before. The answer is the version; of a file that takes longer than 20
   * seconds 202, and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
   */
  reread_file_datasets__dataset_id__reread_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RereadOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description Accepted */
      202: {
        content: {
          "application/json": components["schemas"]["VersionJobShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Mend Reject
   * @description Make a reject a row of the table, in its place, from its corrected text; that is a version.
   *
   * `n` is its number in the list of rejects. With `If-Match`, only while that version is the newest.
   */
  mend_reject_files__file_id__rejects__n__post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        file_id: string;
        n: number;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MendOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        content: {
          "application/json": components["schemas"]["MendedReject"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Add Column
   * @description Add a column behind the others. With `If-Match`, only while that version is the newest.
   *
   * An expression has a value for each row, from its other cells: SQL without queries, aggregates and files. Values
   * that do not fit the type are null (`misses`).
   */
  add_column_datasets__dataset_id__columns_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ColumnOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ColumnAnswer"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Drop Column
   * @description Drop a column. With `If-Match`, only while that version is the newest.
   */
  drop_column_datasets__dataset_id__columns__name__delete: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
        name: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ColumnAnswer"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Change Column
   * @description Rename a column, or read its cells as another type. With `If-Match`, only while that version is the newest.
   *
   * Cells that do not fit the type are null (`misses`); their text is kept, and comes back in exports, with `text=true`,
   * and when the type is `text` again.
   */
  change_column_datasets__dataset_id__columns__name__patch: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
        name: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ColumnChanges"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["ColumnAnswer"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Check Cells
   * @description Tell which cells of an edit would not fit the newest version; nothing is changed.
   */
  check_cells_datasets__dataset_id__edits_check_post: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Changes"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["CheckedCells"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Find Cells
   * @description Count the cells in which a text stands, and what replacing it would come to; nothing is changed.
   */
  find_cells_datasets__dataset_id__edits_find_post: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FindOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["FoundCells"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Replace Cells
   * @description Replace a text wherever it stands in cells, as one version. With `If-Match`, only while that is the newest.
   *
   * The answer counts what was replaced, and `version` is the one that has it; where nothing becomes another, none is
   * made.
   */
  replace_cells_datasets__dataset_id__edits_replace_post: {
    parameters: {
      header?: {
        /** @description The version that was looked at, such as `"7"`. */
        "If-Match"?: string | null;
      };
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FindReplaceOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["FoundCells"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Undo Version
   * @description Take back what a version changed in rows, as a new version, which can be taken back in the same way.
   *
   * Only where nobody has changed since what it changed; else nothing is done.
   */
  undo_version_datasets__dataset_id__edits_undo_post: {
    parameters: {
      path: {
        dataset_id: string;
      };
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UndoOrder"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Cell History
   * @description Tell what became of a cell, newest first, from the versions that are kept; 200 of them are looked at.
   */
  read_cell_history_datasets__dataset_id__rows__rid__history_get: {
    parameters: {
      query: {
        column: string;
        before?: number | null;
      };
      path: {
        dataset_id: string;
        rid: number;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["CellHistoryShown"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Events
   * @description Follow the files of the user and all shared ones. Goes on after `Last-Event-ID`, or `?last_event_id`.
   */
  events_events_get: {
    parameters: {
      query?: {
        last_event_id?: string | null;
      };
      header?: {
        "last-event-id"?: string | null;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * List Signals
   * @description List the live signals.
   */
  list_signals_live_signals_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["SignalRef"][];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Read Signal
   * @description Page through the stored samples of a signal, a day of them.
   */
  read_signal_live_signals__name__get: {
    parameters: {
      query?: {
        page?: number;
        size?: number;
        sort?: "timestamp" | "-timestamp" | "value" | "-value";
      };
      path: {
        name: string;
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["SamplePage"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Livez
   * @description Tell that the process answers.
   */
  livez_livez_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": {
            [key: string]: string;
          };
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Readyz
   * @description Tell that database and storage take a write right now and files are converted.
   *
   * 503 when not, or when the server is stopping; `conversion_stalled`: files wait and no worker moves. A server without
   * workers of its own is `degraded` then, and goes on to take uploads: those elsewhere may come back. So is one without
   * its Redis: everything goes on, and others hear of it a second later.
   */
  readyz_readyz_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: {
          "application/json": components["schemas"]["Ready"];
        };
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Metrics
   * @description Show the metrics in the Prometheus text format.
   */
  metrics_metrics_get: {
    responses: {
      /** @description Successful Response */
      200: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Give an upload by a link up
   * @description Remove it while it is unfinished (tus).
   */
  linked_upload_remove: {
    parameters: {
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
      };
      path: {
        token: string;
        file_id: string;
      };
    };
    responses: {
      /** @description It is gone. */
      204: {
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Where an upload stands
   * @description Tell how many bytes of an upload are stored: go on from there.
   */
  linked_upload_state: {
    parameters: {
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
      };
      path: {
        token: string;
        file_id: string;
      };
    };
    responses: {
      /** @description Where it stands. */
      200: {
        headers: {
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Go on with an upload by a link
   * @description Append the body at `Upload-Offset` (tus).
   */
  linked_upload_append: {
    parameters: {
      header?: {
        /** @description The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP. */
        "Tus-Resumable"?: string;
        /** @description Where these bytes begin: the offset that HEAD told. */
        "Upload-Offset"?: number;
        /** @description Algorithm and Base64 digest of the body, with a space between. */
        "Upload-Checksum"?: string;
      };
      path: {
        token: string;
        file_id: string;
      };
    };
    requestBody: {
      content: {
        "application/offset+octet-stream": string;
      };
    };
    responses: {
      /** @description The bytes are stored. */
      204: {
        headers: {
          /** @description Bytes that are safely stored. */
          "Upload-Offset"?: number;
          /** @description Size of the whole, if it is known. */
          "Upload-Length"?: number;
          "Tus-Resumable"?: string;
        };
        content: never;
      };
      /** @description Refused. */
      default: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
