// Answers for the CDN where nothing is served: a path with no behaviour of its own, or a closed one.
function handler() {
  return { statusCode: 404, statusDescription: 'Not Found' };
}
