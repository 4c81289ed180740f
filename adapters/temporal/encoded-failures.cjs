'use strict';
// Message and stack of a failure go through the codec as payloads do. Temporal loads the file by
// its path, in Node as in the workflows' bundle: hence CommonJS.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
