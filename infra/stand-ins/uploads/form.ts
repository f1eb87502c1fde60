import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { Refused } from './refused.ts';

/** S3's own: all that comes before the file. */
const FIELDS_BYTES = 20_480;
const FIELDS = 100;

type TakeFile<Answer> = (fields: ReadonlyMap<string, string>, file: Readable) => Promise<Answer>;

/**
 * Reads a multipart/form-data body as S3 does: fields first, by name in lower case, then one file; what follows it is ignored. The
 * file is handed on while it comes. Whatever becomes of it, the body is read to its end: a browser hears no answer while it
 * still sends.
 */
export const readForm = <Answer>(request: IncomingMessage, take: TakeFile<Answer>): Promise<Answer> =>
  new Promise((settle, fail) => {
    let parser: busboy.Busboy;
    try {
      parser = busboy({ headers: request.headers, limits: { fieldSize: FIELDS_BYTES, fields: FIELDS, files: 1 } });
    } catch {
      request.resume();
      fail(new Refused('PreconditionFailed', 'Bucket POST must be of the enclosure-type multipart/form-data'));
      return;
    }
    const fields = new Map<string, string>();
    let taken: Promise<Answer> | undefined;
    let bytes = 0;
    parser.on('field', (name, value) => {
      if (taken) return;
      bytes += name.length + value.length;
      fields.set(name.toLowerCase(), value);
    });
    parser.on('file', (_, file) => {
      // a body that breaks off breaks the file off with it
      file.on('error', () => {});
      taken = (
        bytes > FIELDS_BYTES
          ? Promise.reject(
              new Refused('MalformedPOSTRequest', 'Your POST request fields preceding the upload file were too large.'),
            )
          : take(fields, file)
      ).finally(() => file.resume());
      taken.catch((cause: unknown) => {
        // The parser waits for ever for a file that nobody reads on.
        request.unpipe(parser).resume();
        if (request.complete) fail(cause);
        else request.once('end', () => fail(cause)).once('close', () => fail(cause));
      });
    });
    const broken = new Refused(
      'MalformedPOSTRequest',
      'The body of your POST request is not well-formed multipart/form-data.',
    );
    parser.once('error', () => {
      request.unpipe(parser).resume();
      if (taken) taken.then(settle, (cause: unknown) => fail(cause instanceof Refused ? cause : broken));
      else fail(broken);
    });
    parser.once('close', () => {
      if (parser.errored) return;
      if (taken) taken.then(settle, fail);
      else fail(new Refused('InvalidArgument', 'POST requires exactly one file upload per request.'));
    });
    request.once('aborted', () => parser.destroy(new Error('the sender has gone')));
    request.pipe(parser);
  });
