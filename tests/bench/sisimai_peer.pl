#!/usr/bin/perl
# Another peer of bench_decode: Debian's libsisimai-perl, which reads bounces and feedback reports, over the same mails and bounces.
# Usage: sisimai_peer.pl INPUT-DIRECTORY OWN-FIGURES. For each of the two prints its figure, the ratio of ours to it, and of how many it made something.
use strict;
use warnings;
use File::Copy;
use Sisimai;
use Time::HiRes qw(clock);

my ($directory, $own_path) = @ARGV;
open my $own, '<', $own_path or die "$own_path: $!\n";
my %figure = map { /^(decode_\w+) (\S+)/ ? ($1 => $2) : () } <$own>;
for my $kind ('mail', 'bounce') {
	my @mails = sort glob "$directory/$kind-*.eml";
	my $maildir = "$directory/sisimai-$kind";
	mkdir $maildir or die "$maildir: $!\n";
	copy($_, $maildir) or die "$_: $!\n" for @mails;
	my ($best, $made, $times) = (0, 0, 20);
	for (1 .. 3) {
		my $start = clock;
		for (1 .. $times) {
			my $got = Sisimai->make($maildir, 'delivered' => 1);
			$made = $got ? scalar @$got : 0;
		}
		my $rate = $times * @mails / (clock() - $start);
		$best = $rate if $rate > $best;
	}
	printf "decode_${kind}_per_cpu_s_sisimai %.0f 1/s\ndecode_${kind}_sisimai_ratio %.1f x\ndecode_${kind}_sisimai_read %d of_%d\n",
		$best, $figure{"decode_${kind}_per_cpu_s"} / $best, $made, scalar @mails;
}
