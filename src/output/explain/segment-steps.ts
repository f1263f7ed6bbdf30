import { TcpFlag, type TcpSegment } from '../../../protocols/tcp/segment.ts';
import type { Party, Step } from './texts.ts';
import type { Side, WatchedConnection } from './watched-connection.ts';

const { syn: synFlag, fin: finFlag, rst: rstFlag } = TcpFlag;

/** A segment, and the connection as it was before. */
export interface SegmentInConnection {
  readonly connection: WatchedConnection;
  readonly from: Party;
  readonly to: Party;
  readonly segment: TcpSegment;
  readonly first: number;
  readonly end: number;
  readonly acknowledged: number;
  readonly isRepeatedSyn: boolean;
  readonly isNews: boolean;
  /** What was told of it; undefined where nothing was. */
  readonly fact: 'retransmission' | 'out_of_order' | undefined;
}

/** What the segment does, in the order in which it is to be told. */
export function stepsOf(it: SegmentInConnection): Step[] {
  const { connection, from, to, segment, end, acknowledged, isRepeatedSyn, isNews, fact } = it;
  const own = connection.side(from);
  const other = connection.side(to);
  const { flags, payloadLength } = segment;
  const isSyn = (flags & synFlag) !== 0;
  const isFin = (flags & finFlag) !== 0;
  if ((flags & rstFlag) !== 0) {
    const isRefusal =
      from === 'server' && own.initial === undefined && !connection.isOpen && other.initial !== undefined;
    return [isRefusal && own.next === 0 ? 'refusal' : 'reset'];
  }
  const body: Step = from === 'client' ? 'request' : 'answer';
  if (isRepeatedSyn) return ['retransmission', from === 'client' ? 'handshake1' : 'handshake2'];
  const steps: Step[] = [];
  // One of the two SYNs is enough to know which step comes next.
  const isHandshakeSeen = own.initial !== undefined || other.initial !== undefined;
  if (isSyn) steps.push(from === 'client' ? 'handshake1' : 'handshake2');
  else if (from === 'client' && !connection.isOpen && isHandshakeSeen && acknowledged >= 1) {
    connection.isOpen = true;
    steps.push('handshake3');
  }

  const probe = probeOf(it, own, other);
  if (probe !== undefined) {
    connection.asked = { by: from, kind: probe };
    return [...steps, probe];
  }
  const answered = connection.asked?.by === to ? connection.asked.kind : undefined;
  connection.asked = undefined;

  // A close is acknowledged before its own FIN is told of: step 2 comes before step 3.
  if (other.fin !== undefined && !other.isFinAcknowledged && acknowledged > other.fin) {
    steps.push(connection.firstClosed === to ? 'close2' : 'close4');
  }
  const isRepeated =
    fact === 'retransmission' ||
    (payloadLength > 0 && end <= own.seenTo) ||
    (isFin && own.fin === end && end <= own.next);
  if (isRepeated) {
    if (payloadLength > 0 || isFin) steps.push('retransmission');
    return steps;
  }
  if (payloadLength > 0) {
    if (fact === 'out_of_order') steps.push('outOfOrder');
    steps.push(body);
  }
  if (isFin) {
    connection.firstClosed ??= from;
    if (connection.firstClosed === from) steps.push('close1');
    else {
      const isSeen = other.isFinAcknowledged || (other.fin !== undefined && acknowledged > other.fin);
      steps.push(isSeen ? 'close3' : 'closeBoth');
    }
  }
  if (steps.length === 0) steps.push(bareStep(own, other, segment.window, acknowledged, isNews, answered));
  return steps;
}

/** A segment that is no data but a question: whether the other side is there, or has room. */
function probeOf(
  { segment, first, end, isRepeatedSyn }: SegmentInConnection,
  own: Side,
  other: Side,
): 'keepAlive' | 'zeroWindowProbe' | undefined {
  const { flags, payloadLength } = segment;
  if (payloadLength > 1 || isRepeatedSyn || (flags & (synFlag | finFlag | rstFlag)) !== 0) return undefined;
  const isBefore = own.next >= 1 && first === own.next - 1;
  if (other.window === 0 && (isBefore || (payloadLength === 1 && end >= own.next))) return 'zeroWindowProbe';
  return isBefore && own.acknowledged >= own.next ? 'keepAlive' : undefined;
}

function bareStep(
  own: Side,
  other: Side,
  window: number,
  acknowledged: number,
  isNews: boolean,
  answered: 'keepAlive' | 'zeroWindowProbe' | undefined,
): Step {
  if (answered === 'keepAlive') return 'keepAliveAnswer';
  if (answered === 'zeroWindowProbe') return 'zeroWindowProbeAnswer';
  if (isNews || acknowledged < 0 || acknowledged < own.lastAcknowledgment) return 'acknowledgment';
  if (own.window >= 0 && window !== own.window) return 'windowUpdate';
  return other.next > acknowledged ? 'duplicateAcknowledgment' : 'acknowledgment';
}
