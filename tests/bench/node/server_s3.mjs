// @tus/server with @tus/s3-store, as its README shows it: one process, no hooks.
import { S3Store } from '@tus/s3-store';
import { Server } from '@tus/server';

const [endpoint, port] = process.argv.slice(2);
const store = new S3Store({
  s3ClientConfig: {
    bucket: 'peers',
    endpoint,
    region: process.env.AWS_REGION,
    forcePathStyle: true,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    },
  },
});
new Server({ path: '/files', datastore: store }).listen({ host: '127.0.0.1', port: Number(port) });
