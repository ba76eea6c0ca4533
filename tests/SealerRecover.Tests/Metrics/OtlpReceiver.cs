using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SealerRecover.Tests.Metrics;

/// <summary>Values of one label set that was received.</summary>
internal sealed record ReceivedPoint(string Metric, string Unit, bool IsCounter, double Value, IReadOnlyDictionary<string, string> Labels);

/// <summary>A request that was received.</summary>
internal sealed record Received(string Path, string ContentType, string? Key, IReadOnlyDictionary<string, string> Resource, string Scope, IReadOnlyList<ReceivedPoint> Points)
{
    /// <summary>The one value of a metric with that label.</summary>
    public double Value(string metric, string? label = null, string? value = null) =>
        Points.Single(point => point.Metric == $"sealer_recover_{metric}" && (label is null || point.Labels.GetValueOrDefault(label) == value)).Value;
}

/// <summary>A receiver of OTLP over HTTP that decodes what it is sent: opentelemetry/proto/metrics/v1, as far as numbers go.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly Task _serving;

    public OtlpReceiver()
    {
        Port = FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public Received[] All => [.. _received];

    /// <summary>A port at which nobody listens.</summary>
    public static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using MemoryStream body = new();
            await context.Request.InputStream.CopyToAsync(body);
            _received.Enqueue(Decode(context.Request, body.ToArray()));
            context.Response.Close();
        }
    }

    private static Received Decode(HttpListenerRequest request, byte[] body)
    {
        Dictionary<string, string> resource = [];
        List<ReceivedPoint> points = [];
        string scope = "";
        foreach (byte[] resourceMetrics in Fields(body, 1))
        {
            foreach (byte[] attribute in Fields(resourceMetrics, 1).SelectMany(part => Fields(part, 1)))
            {
                Add(resource, attribute);
            }

            foreach (byte[] scopeMetrics in Fields(resourceMetrics, 2))
            {
                scope = Text(Fields(scopeMetrics, 1).SelectMany(part => Fields(part, 1)).Single());
                points.AddRange(Fields(scopeMetrics, 2).SelectMany(Points));
            }
        }

        return new Received(request.Url!.AbsolutePath, request.ContentType ?? "", request.Headers["x-key"], resource, scope, points);
    }

    private static IEnumerable<ReceivedPoint> Points(byte[] metric)
    {
        string name = Text(Fields(metric, 1).Single());
        string unit = Text(Fields(metric, 3).SingleOrDefault() ?? []);
        foreach ((byte[] data, bool isSum) in Fields(metric, 5).Select(data => (data, false)).Concat(Fields(metric, 7).Select(data => (data, true))))
        {
            foreach (byte[] point in Fields(data, 1))
            {
                Dictionary<string, string> labels = [];
                foreach (byte[] attribute in Fields(point, 7))
                {
                    Add(labels, attribute);
                }

                yield return new ReceivedPoint(name, unit, isSum, BinaryPrimitives.ReadDoubleLittleEndian(Fields(point, 4).Single()), labels);
            }
        }
    }

    private static void Add(Dictionary<string, string> to, byte[] attribute) =>
        to[Text(Fields(attribute, 1).Single())] = Text(Fields(attribute, 2).SelectMany(value => Fields(value, 1)).SingleOrDefault() ?? []);

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);

    /// <summary>Fields of that number of a message: what is of fixed or told length. Numbers of variable length are passed over.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int number)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Number(message, ref at);
            int length = (tag & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Number(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {tag & 7}"),
            };
            if ((tag & 7) == 0)
            {
                _ = Number(message, ref at);
            }
            else if (tag >> 3 == (ulong)number)
            {
                yield return message[at..(at + length)];
            }

            at += length;
        }
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
