// Its own file, so that the page needs no script inside it and can forbid all of them.
window.SwaggerUIBundle({
  url: document.currentScript.dataset.openapi,
  dom_id: '#swagger-ui',
  deepLinking: true,
  // The default asks a public service what it thinks of the description.
  validatorUrl: null,
})
