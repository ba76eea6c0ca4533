using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Filecoin.Chain.Rpc;

/// <summary>The few multiaddr forms a node's API listens on: /ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT, then any of /http /https /ws /wss /tls.</summary>
internal static class Multiaddr
{
    /// <summary>Makes the URL to POST to. Problems are told in words that repeat nothing of the text.</summary>
    internal static bool TryToUrl(string text, string path, [NotNullWhen(true)] out Uri? url, out string problem)
    {
        url = null;
        string[] parts = text.TrimEnd('/').Split('/');
        if (parts.Length < 5 || parts[3] != "tcp")
        {
            problem = "its multiaddr is not of the form /ip4/HOST/tcp/PORT (or /ip6, /dns, /dns4, /dns6), followed by nothing, /http, /https, /ws, /wss or /tls";
            return false;
        }

        if (Host(parts[1], parts[2]) is not { } host)
        {
            problem = "the host of its multiaddr does not fit the /ip4/, /ip6/ or /dns/ before it";
            return false;
        }

        if (!ushort.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            problem = "the port after /tcp/ in its multiaddr is not a number from 1 to 65535";
            return false;
        }

        bool secure = false;
        foreach (string layer in parts.AsSpan(5))
        {
            if (layer is not ("http" or "ws" or "https" or "wss" or "tls"))
            {
                problem = "its multiaddr goes on after the port with something else than /http, /https, /ws, /wss or /tls";
                return false;
            }

            secure |= layer is "https" or "wss" or "tls";
        }

        problem = "";
        url = new UriBuilder(secure ? "https" : "http", host, port, path).Uri;
        return true;
    }

    /// <summary>
    /// The host as a URL writes it; null if it does not fit its kind. "Any" (0.0.0.0, ::) is what a node listens on, not where it is: it
    /// becomes the loopback address.
    /// </summary>
    private static string? Host(string kind, string text)
    {
        switch (kind)
        {
            case "ip4":
                // The parser also knows 127.1 and 0x7f.1; a multiaddr does not.
                return IPAddress.TryParse(text, out IPAddress? ip4) && ip4.AddressFamily == AddressFamily.InterNetwork && ip4.ToString() == text
                    ? (ip4.Equals(IPAddress.Any) ? IPAddress.Loopback : ip4).ToString()
                    : null;
            case "ip6":
                return IPAddress.TryParse(text, out IPAddress? ip6) && ip6.AddressFamily == AddressFamily.InterNetworkV6 && text[0] != '['
                    ? $"[{(ip6.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : ip6)}]"
                    : null;
            case "dns" or "dns4" or "dns6":
                return Uri.CheckHostName(text) == UriHostNameType.Dns ? text : null;
            default:
                return null;
        }
    }
}
